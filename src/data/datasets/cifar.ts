import type { Hash } from '../../cache/hash.ts';
import { InputError } from '../../common/errors.ts';
import type { DataConfig } from '../../experiment/experiment.ts';
import { type DatasetKind, decodedSource, type ImageSource, type LoadContext } from '../dataset.ts';
import { localPath, openTree } from '../files/source.ts';
import { readNamed } from '../files/tree.ts';
import { MemoryPixels } from '../pixels.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;

/** A CIFAR dataset in the binary version of https://www.cs.toronto.edu/~kriz/cifar.html. */
interface CifarFormat {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly archive: { readonly url: string; readonly hash: Hash };
  readonly trainFiles: readonly string[];
  readonly testFile: string;
  /** Bytes before the pixels of each image. The last one is the label. */
  readonly labelBytes: number;
}

/** Reads a CIFAR dataset from its official binary archive, or from a folder with the archive's files. */
function cifar(format: CifarFormat): DatasetKind {
  return {
    name: format.name,
    classNames: format.classNames,
    imageShape: [SIDE, SIDE, 3],
    open: (config, context) => open(format, config, context),
  };
}

async function open(format: CifarFormat, config: DataConfig, context: LoadContext) {
  const { url, hash } = format.archive;
  const path = await localPath(config.source ?? url, config.source === null ? hash : null, context);
  const names = [...format.trainFiles, format.testFile];
  const files = await readNamed(
    await openTree(path),
    names.map((name) => [name]),
  );
  files.forEach((bytes, i) => {
    checkFile(bytes, `${names[i]} of ${path}`, format);
  });
  return {
    classNames: format.classNames,
    train: source(Buffer.concat(files.slice(0, -1)), format),
    test: source(files.at(-1) as Buffer, format),
  };
}

function checkFile(bytes: Buffer, name: string, { labelBytes }: CifarFormat): void {
  const record = labelBytes + 3 * PLANE;
  if (bytes.length === 0 || bytes.length % record !== 0)
    throw new InputError(
      `data.source: ${name} has ${bytes.length} bytes; it must have a multiple of the ${record} bytes of an image`,
    );
}

/** A record has the label bytes, then the red, the green and the blue plane. */
function source(bytes: Buffer, { name, classNames, labelBytes }: CifarFormat): ImageSource {
  const record = labelBytes + 3 * PLANE;
  const count = bytes.length / record;
  const labels = new Int32Array(count);
  const pixels = new Uint8Array(count * 3 * PLANE);
  for (let i = 0; i < count; i++) {
    const start = i * record + labelBytes;
    const label = bytes[start - 1] as number;
    if (label >= classNames.length)
      throw new InputError(
        `data.source: image ${i} has the label ${label}; labels of ${name} are 0 to ${classNames.length - 1}`,
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
  trainFiles: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  testFile: 'test_batch.bin',
  labelBytes: 1,
});

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
  trainFiles: ['train.bin'],
  testFile: 'test.bin',
  // The coarse label and the fine label.
  labelBytes: 2,
});
