import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { DataConfig } from '../config/experiment.ts';
import { InputError } from '../errors.ts';
import type { Hash } from '../storage/download.ts';
import type { DatasetKind, LoadContext, PictureSource } from './dataset.ts';
import { readNamed } from './files/find.ts';
import { openTree } from './files/tree.ts';
import { inMemory } from './in-memory.ts';
import { MemoryPixels } from './pixels.ts';
import { isUrl, localSource } from './source.ts';

const side = 28;
const fileNames = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const;

/** A data set in the four gzipped idx files of MNIST (LeCun et al. 1998). */
export interface IdxFormat {
  readonly name: string;
  readonly classNames: readonly string[];
  /** Address of the folder that has the files, with `/` at its end. */
  readonly url: string;
  readonly hashes: Readonly<Record<(typeof fileNames)[number], Hash>>;
}

/** An idx data set from its official address, or a folder or archive of the files, gzipped or not. */
export function idx(format: IdxFormat): DatasetKind {
  return {
    name: format.name,
    classNames: format.classNames,
    imageShape: [side, side, 1],

    async open(config, context) {
      const files = await read(format, config, context);
      const [trainImages, trainLabels, testImages, testLabels] = files as [Idx, Idx, Idx, Idx];
      return {
        classNames: format.classNames,
        train: source(trainImages, trainLabels, format),
        test: source(testImages, testLabels, format),
      };
    },
  };
}

interface Idx {
  readonly name: string;
  readonly bytes: Buffer;
}

async function read(format: IdxFormat, config: DataConfig, context: LoadContext): Promise<Idx[]> {
  const from = config.source ?? format.url;
  const files: Buffer[] = [];
  if (isUrl(from))
    for (const name of fileNames) {
      const hash = config.source === null ? format.hashes[name] : null;
      files.push(
        await readFile(await localSource(new URL(`${name}.gz`, from).href, hash, context)),
      );
    }
  else
    files.push(
      ...(await readNamed(
        await openTree(from),
        fileNames.map((name) => [name, `${name}.gz`]),
      )),
    );
  return files.map((bytes, i) => {
    const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return { name: fileNames[i] as string, bytes: gzipped ? gunzipSync(bytes) : bytes };
  });
}

function source(images: Idx, labels: Idx, format: IdxFormat): PictureSource {
  const pixels = values(images, [side, side]);
  const numbers = Int32Array.from(values(labels, []));
  if (pixels.length !== numbers.length * side * side)
    throw new InputError(
      `data.source: ${images.name} has ${pixels.length / side ** 2} pictures, but ${labels.name} ${numbers.length} labels`,
    );
  const wrong = numbers.findIndex((label) => label >= format.classNames.length);
  if (wrong >= 0)
    throw new InputError(
      `data.source: ${labels.name} gives picture ${wrong} the label ${numbers[wrong]}; ${format.name} has labels 0 to ${format.classNames.length - 1}`,
    );
  const stored = new MemoryPixels(pixels, side * side);
  return inMemory({ height: side, width: side, channels: 1, pixels: stored, labels: numbers });
}

/** The bytes of an idx file: big-endian type (8: unsigned byte) and rank, the dimensions, the values. */
function values({ name, bytes }: Idx, itemShape: readonly number[]): Buffer {
  const rank = itemShape.length + 1;
  const start = 4 + 4 * rank;
  const header = bytes.length >= start ? bytes.readUInt32BE(0) : 0;
  const shape =
    header === 0x0800 + rank ? itemShape.map((_, i) => bytes.readUInt32BE(8 + 4 * i)) : [];
  const size = itemShape.reduce((product, length) => product * length, 1);
  if (
    header !== 0x0800 + rank ||
    shape.join() !== itemShape.join() ||
    bytes.length !== start + bytes.readUInt32BE(4) * size
  )
    throw new InputError(
      `data.source: ${name} is no idx file of unsigned bytes in shape ${['count', ...itemShape].join(' x ')}`,
    );
  return bytes.subarray(start);
}
