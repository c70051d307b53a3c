import { expect } from 'chai';
import sharp from 'sharp';
import { uniforms } from '../../../../src/common/random.ts';
import { decodeImage } from '../../../../src/data/decode/decode-image.ts';
import type { DataConfig } from '../../../../src/experiment/experiment.ts';
import { resizeRaster, toGreyscale } from '../../../../src/ui/app/predict/resize.ts';
import { STRETCH } from '../../../data/fixture.ts';

/** An image of blurred noise, which resembles a photograph. */
async function makeImage(width: number, height: number) {
  const noise = Uint8Array.from(uniforms(width * height * 3, ['soft']), (x) => Math.floor(x * 256));
  const raw = { width, height, channels: 3 } as const;
  const data = await sharp(noise, { raw }).blur(3).normalise().raw().toBuffer();
  return { ...raw, data };
}

/** The image as a run decodes it. */
async function decodedByRun(
  { data, width, height }: Awaited<ReturnType<typeof makeImage>>,
  shape: readonly [number, number, number],
  resize: DataConfig['resize'],
) {
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return (await decodeImage(png, shape, resize)).pixels;
}

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a).to.have.length(b.length);
  const sum = Array.from(a).reduce((total, x, i) => total + Math.abs(x - (b[i] as number)), 0);
  return sum / a.length;
}

describe('resizeRaster and toGreyscale in the browser', () => {
  const sizes = [
    { from: [32, 32], to: [32, 32], most: 0 },
    { from: [64, 48], to: [32, 32], most: 1 },
    { from: [300, 200], to: [32, 32], most: 2 },
    { from: [20, 24], to: [32, 32], most: 1.5 },
  ] as const;
  const ways = [
    STRETCH,
    { fit: 'crop', interpolation: 'bilinear' },
    { fit: 'pad', interpolation: 'bicubic' },
    { fit: 'stretch', interpolation: 'lanczos3' },
  ] as const;
  for (const resize of ways)
    for (const { from, to, most } of sizes)
      it(`match the decoder of runs from ${from.join(' × ')} to ${to.join(' × ')}: ${resize.fit}, ${resize.interpolation}`, async () => {
        const image = await makeImage(from[0], from[1]);
        const resized = resizeRaster(image, [to[1], to[0]], resize);
        const expected = await decodedByRun(image, [to[1], to[0], 3], resize);
        expect(meanDifference(resized.data, expected)).to.be.at.most(most);
        const greyscale = await decodedByRun(image, [to[1], to[0], 1], resize);
        expect(meanDifference(toGreyscale(resized).data, greyscale)).to.be.at.most(most + 1);
      });
});
