import { expect } from 'chai';
import sharp from 'sharp';
import { uniforms } from '../../../src/common/random.ts';
import type { Images } from '../../../src/data/dataset.ts';
import { bitDistance, differenceHash } from '../../../src/data/inspect/duplicates.ts';
import { inspect } from '../../../src/data/inspect/inspect.ts';
import { MemoryPixels } from '../../../src/data/pixels.ts';

const side = 32;
const stride = side * side * 3;

/** Makes smooth coloured noise, different for each seed. */
async function image(seed: number): Promise<Buffer> {
  const noise = Uint8Array.from(uniforms(5 * 5 * 3, [seed]), (u) => 256 * u);
  return sharp(noise, { raw: { width: 5, height: 5, channels: 3 } })
    .resize(side, side, { kernel: 'cubic' })
    .raw()
    .toBuffer();
}

/** Returns the image after JPEG compression, a little darker. */
async function copied(pixels: Buffer): Promise<Buffer> {
  const jpeg = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .linear(0.98)
    .jpeg({ quality: 80 })
    .toBuffer();
  return sharp(jpeg).raw().toBuffer();
}

function images(all: readonly Uint8Array[], labels: readonly number[]): Images {
  const pixels = new MemoryPixels(Buffer.concat(all), stride);
  return { height: side, width: side, channels: 3, pixels, labels: Int32Array.from(labels) };
}

describe('inspect', () => {
  it('counts classes and measures channels', () => {
    const flat = (red: number) => Buffer.alloc(stride).map((_, i) => (i % 3 === 0 ? red : 7));
    const { classes, imbalance, channels } = inspect({
      classNames: ['a', 'b'],
      train: images([flat(10), flat(20), flat(30), flat(40)], [0, 0, 0, 1]),
      validation: images([flat(90), flat(80)], [0, 1]),
      classWeights: null,
      broken: [],
    });
    const same = { min: side, median: side, max: side };
    const sizes = { width: same, height: same };
    expect(classes).to.deep.equal([
      { name: 'a', train: 3, validation: 1, sizes },
      { name: 'b', train: 1, validation: 1, sizes },
    ]);
    expect(imbalance).to.equal(3);
    expect(channels[0]?.mean).to.be.closeTo(25, 1e-9);
    expect(channels[0]?.deviation).to.be.closeTo(Math.sqrt(125), 1e-9);
    expect(channels[2]?.mean).to.be.closeTo(7, 1e-9);
    expect(channels[2]?.deviation).to.be.closeTo(0, 1e-3);
  });

  it('measures the original sizes of each class', () => {
    const sizes: [number, number][] = [
      [40, 30],
      [10, 99],
      [20, 30],
      [30, 31],
    ];
    const train = images(
      sizes.map(() => Buffer.alloc(stride)),
      [0, 0, 0, 0],
    );
    const { classes } = inspect({
      classNames: ['a'],
      train: { ...train, originalSize: (index) => sizes[index] as [number, number] },
      validation: images([], []),
      classWeights: null,
      broken: [],
    });
    expect(classes[0]?.sizes).to.deep.equal({
      width: { min: 10, median: 20, max: 40 },
      height: { min: 30, median: 30, max: 99 },
    });
  });

  it('finds exact and near duplicates of training images in the validation split', async () => {
    const train = await Promise.all(Array.from({ length: 200 }, (_, seed) => image(seed)));
    const validation = await Promise.all(
      Array.from({ length: 100 }, (_, seed) => image(1000 + seed)),
    );
    validation[3] = train[17] as Buffer;
    validation[8] = await copied(train[40] as Buffer);
    train[100] = train[99] as Buffer;
    const { duplicates } = inspect({
      classNames: ['a'],
      train: images(
        train,
        train.map(() => 0),
      ),
      validation: images(
        validation,
        validation.map(() => 0),
      ),
      classWeights: null,
      broken: [],
    });
    expect(duplicates).to.deep.equal({
      exact: [{ train: 17, validation: 3 }],
      near: [{ train: 40, validation: 8 }],
      repeated: 1,
    });
  });
});

describe('differenceHash', () => {
  it('has a bit for each cell that is darker than its right neighbour', () => {
    const ramp = Uint8Array.from({ length: 9 * 8 }, (_, i) => 20 * (i % 9));
    const size = { height: 8, width: 9, channels: 1 };
    expect(differenceHash(ramp, size)).to.deep.equal([0xffffffff, 0xffffffff]);
    expect(differenceHash(ramp.toReversed(), size)).to.deep.equal([0, 0]);
    ramp[0] = 255;
    expect(differenceHash(ramp, size)).to.deep.equal([0x7fffffff, 0xffffffff]);
  });

  it('accepts images with fewer pixels than cells', () => {
    const size = { height: 3, width: 4, channels: 1 };
    expect(differenceHash(new Uint8Array(12), size)).to.deep.equal([0, 0]);
  });

  it('is compared by the number of different bits', () => {
    expect(bitDistance(0, 0xffffffff)).to.equal(32);
    expect(bitDistance(0b1011, 0b0001)).to.equal(2);
    expect(bitDistance(0x80000000, 0)).to.equal(1);
  });
});
