import { expect } from 'chai';
import sharp from 'sharp';
import type { JpegDecoder } from '../../src/engine/engine.ts';
import { useEngine } from '../engine.ts';

/** An image with an edge and with noise in every channel. */
function image(width: number, height: number) {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  return sharp({ create: { width, height, channels: 3, background: 'red', noise } });
}

describe('the JPEG decoder of TensorFlow', () => {
  const engine = useEngine();
  const decode: JpegDecoder['decode'] = (files, shape) =>
    (engine().jpegs as JpegDecoder).decode(files, shape);

  for (const chromaSubsampling of ['4:4:4', '4:2:0'])
    for (const progressive of [false, true])
      for (const [width, height] of [
        [32, 32],
        [33, 31],
        [1, 1],
        [250, 7],
      ] as const)
        it(`returns the same pixels as sharp: ${chromaSubsampling}${progressive ? ' progressive' : ''}, ${width} x ${height}`, async () => {
          const files = await Promise.all(
            [40, 75, 100].map((quality) =>
              image(width, height).jpeg({ quality, chromaSubsampling, progressive }).toBuffer(),
            ),
          );
          const expected = await Promise.all(files.map((file) => sharp(file).raw().toBuffer()));
          const actual = await decode(files, [height, width, 3]);
          expect(Buffer.concat(expected).equals(actual)).to.equal(true);
        });

  it('decodes grey images to one channel, and to three equal channels', async () => {
    const file = await image(20, 10).toColourspace('b-w').jpeg().toBuffer();
    const grey = await sharp(file).toColourspace('b-w').raw().toBuffer();
    expect(grey).to.have.length(200);
    expect(grey.equals(await decode([file], [10, 20, 1]))).to.equal(true);
    const three = Buffer.from([...grey].flatMap((level) => [level, level, level]));
    expect(three.equals(await decode([file], [10, 20, 3]))).to.equal(true);
  });

  it('rejects truncated files, other sizes and other formats, and still works afterwards', async () => {
    const file = await image(32, 32).jpeg().toBuffer();
    for (const wrong of [
      file.subarray(0, file.length - 40),
      await image(32, 31).jpeg().toBuffer(),
      Buffer.from('text'),
      Buffer.alloc(0),
    ]) {
      const error = await decode([file, wrong, file], [32, 32, 3]).then(
        () => null,
        (reason: Error) => reason,
      );
      expect(error).to.be.instanceOf(Error);
    }
    expect(await decode([file, file], [32, 32, 3])).to.have.length(2 * 32 * 32 * 3);
  });
});
