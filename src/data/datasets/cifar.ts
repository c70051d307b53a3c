import type { Hash } from '../../cache/download.ts';
import { InputError } from '../../common/errors.ts';
import type { DataConfig } from '../../experiment/experiment.ts';
import type { DatasetKind, ImageSource, LoadContext } from '../dataset.ts';
import { readNamed } from '../files/archive.ts';
import { openTree } from '../files/tree.ts';
import { inMemory, MemoryPixels } from '../pixels.ts';
import { localSource } from '../source.ts';

const side = 32;
const plane = side * side;

/** What distinguishes CIFAR-10 from CIFAR-100 in the binary version of https://www.cs.toronto.edu/~kriz/cifar.html. */
export interface CifarFormat {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly archive: { readonly url: string; readonly hash: Hash };
  readonly trainFiles: readonly string[];
  readonly testFile: string;
  /** Bytes before the pixels of each image; the last of them is its label. */
  readonly labelBytes: number;
}

/** A CIFAR data set from its official binary archive, or a folder of what was in it. */
export function cifar(format: CifarFormat): DatasetKind {
  return {
    name: format.name,
    classNames: format.classNames,
    imageShape: [side, side, 3],
    open: (config, context) => open(format, config, context),
  };
}

async function open(format: CifarFormat, config: DataConfig, context: LoadContext) {
  const { url, hash } = format.archive;
  const path = await localSource(
    config.source ?? url,
    config.source === null ? hash : null,
    context,
  );
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
  const record = labelBytes + 3 * plane;
  if (bytes.length === 0 || bytes.length % record !== 0)
    throw new InputError(
      `data.source: ${name} has ${bytes.length} bytes, which is no multiple of the ${record} bytes of a image`,
    );
}

/** Records are the label bytes, then the red, the green and the blue plane. */
function source(bytes: Buffer, { name, classNames, labelBytes }: CifarFormat): ImageSource {
  const record = labelBytes + 3 * plane;
  const count = bytes.length / record;
  const labels = new Int32Array(count);
  const pixels = new Uint8Array(count * 3 * plane);
  for (let i = 0; i < count; i++) {
    const start = i * record + labelBytes;
    const label = bytes[start - 1] as number;
    if (label >= classNames.length)
      throw new InputError(
        `data.source: image ${i} has label ${label}; ${name} has labels 0 to ${classNames.length - 1}`,
      );
    labels[i] = label;
    for (let at = 0; at < plane; at++)
      for (let channel = 0; channel < 3; channel++)
        pixels[(i * plane + at) * 3 + channel] = bytes[start + channel * plane + at] as number;
  }
  const stored = new MemoryPixels(pixels, 3 * plane);
  return inMemory({ height: side, width: side, channels: 3, pixels: stored, labels });
}

/** 60,000 colour images of 10 classes (Krizhevsky 2009); 10,000 of them are held out. */
export const cifar10 = cifar({
  name: 'cifar10',
  classNames: 'airplane automobile bird cat deer dog frog horse ship truck'.split(' '),
  archive: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    hash: 'md5:c32a1d4ab5d03f1284b67883e8d87530',
  },
  trainFiles: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  testFile: 'test_batch.bin',
  labelBytes: 1,
});

const classNames = `
  apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
  castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
  elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard
  lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear
  pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal
  shark shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank
  telephone television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm`;

/** 60,000 colour images of 100 fine classes (Krizhevsky 2009); 10,000 of them are held out. */
export const cifar100 = cifar({
  name: 'cifar100',
  classNames: classNames.trim().split(/\s+/),
  archive: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
    hash: 'md5:03b5dce01913d631647c71ecec9e9cb8',
  },
  trainFiles: ['train.bin'],
  testFile: 'test.bin',
  // The coarse label, then the fine one.
  labelBytes: 2,
});
