import { expect } from 'chai';
import sharp from 'sharp';
import { uniforms } from '../../src/common/random.ts';
import { decodeImage } from '../../src/data/decode/decode-image.ts';
import { resizeLinear, toGrey } from '../../src/ui/app/predict/resize.ts';

/** A image of soft shapes, as photographs have. */
async function image(width: number, height: number) {
  const noise = Uint8Array.from(uniforms(width * height * 3, ['soft']), (x) => Math.floor(x * 256));
  const raw = { width, height, channels: 3 } as const;
  const data = await sharp(noise, { raw }).blur(3).normalise().raw().toBuffer();
  return { ...raw, data };
}

/** The same as a run sees it, as bytes. */
async function asRunsSee(
  { data, width, height }: Awaited<ReturnType<typeof image>>,
  shape: readonly [number, number, number],
) {
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return (await decodeImage(png, shape)).pixels;
}

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a).to.have.length(b.length);
  const sum = Array.from(a).reduce((total, x, i) => total + Math.abs(x - (b[i] as number)), 0);
  return sum / a.length;
}

describe('images as the browser gives them to a model', () => {
  const sizes = [
    { from: [32, 32], to: [32, 32], most: 0 },
    { from: [64, 48], to: [32, 32], most: 1 },
    { from: [300, 200], to: [32, 32], most: 2 },
    { from: [20, 24], to: [32, 32], most: 1.5 },
  ] as const;
  for (const { from, to, most } of sizes)
    it(`are, ${from.join(' × ')} made ${to.join(' × ')}, those that a run sees`, async () => {
      const seen = await image(from[0], from[1]);
      const resized = resizeLinear(seen, to[0], to[1]);
      const expected = await asRunsSee(seen, [to[1], to[0], 3]);
      expect(meanDifference(resized.data, expected)).to.be.at.most(most);
      const grey = await asRunsSee(seen, [to[1], to[0], 1]);
      expect(meanDifference(toGrey(resized).data, grey)).to.be.at.most(most + 1);
    });
});
