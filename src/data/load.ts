import type { DataConfig } from '../experiment/experiment.ts';
import {
  type BrokenImage,
  DataError,
  type Dataset,
  type Images,
  type LoadContext,
  type ReadImages,
} from './dataset.ts';
import { datasetKind } from './datasets/table.ts';
import { SelectedPixels } from './pixels.ts';
import { indicesByLabel, requireEveryClass, type Selection, selectImages } from './split.ts';

/**
 * Loads the images of an experiment: opens the dataset, selects the images of each split, and reads only
 * those, in the dataset's own order.
 *
 * @param seed The experiment's seed, for a configuration without one.
 * @throws DataError when the dataset does not fit the configuration or the model's input.
 */
export async function loadData(
  config: DataConfig,
  seed: number,
  context: LoadContext,
): Promise<Dataset> {
  const raw = await datasetKind(config.dataset).open(config, context);
  const classNames = config.classes ?? raw.classNames;
  const selected = selectImages(raw, classNames, config, seed);
  const train = await readImages(selected.train, 'train', context);
  const split = config.validation === 'test' ? 'test' : 'train';
  const validation = await readImages(selected.validation, split, context);
  const broken = [...train.broken, ...validation.broken];
  noteBroken(broken, context);
  requireImages(train.images, classNames, 'train on');
  requireImages(validation.images, classNames, 'validate on');
  return {
    classNames,
    train: train.images,
    validation: validation.images,
    classWeights: classWeights(config.classWeights, classNames, train.images.labels),
    broken,
  };
}

/**
 * Reads selected images, in the dataset's own order, without the broken ones.
 * @param split the split of the dataset that they are from.
 */
export async function readImages(
  { source, indices }: Selection,
  split: 'train' | 'test',
  context: LoadContext,
): Promise<{ images: Images; broken: readonly BrokenImage[] }> {
  const selected = indices
    .flatMap((own, label) => own.map((index) => ({ index, label })))
    .sort((a, b) => a.index - b.index);
  const read = await source.read(Int32Array.from(selected, ({ index }) => index));
  const channels = context.imageShape[2];
  if (read.channels !== channels && read.channels !== 1)
    throw new DataError(
      null,
      `the images have ${read.channels} channels, but the model's inputShape has ${channels}; it must have ${read.channels}`,
    );
  const labels = selected.map(({ label }) => label);
  const names = read.names ?? selected.map(({ index }) => `${split} ${index}`);
  return { images: withoutBroken({ ...read, names }, labels), broken: read.broken };
}

function withoutBroken(
  { broken, ...images }: ReadImages & Required<Pick<Images, 'names'>>,
  labels: readonly number[],
): Images {
  if (broken.length === 0) return { ...images, labels: Int32Array.from(labels) };
  const { names, originalSize, isDamaged } = images;
  const omitted = new Set(broken.map(({ index }) => index));
  const kept = [...labels.keys()].filter((index) => !omitted.has(index));
  const original = (index: number) => kept[index] as number;
  return {
    ...images,
    labels: Int32Array.from(kept, (index) => labels[index] as number),
    pixels: new SelectedPixels(images.pixels, kept),
    names: kept.map((index) => names[index] as string),
    ...(originalSize && { originalSize: (index: number) => originalSize(original(index)) }),
    ...(isDamaged && { isDamaged: (index: number) => isDamaged(original(index)) }),
  };
}

function requireImages({ labels }: Images, classNames: readonly string[], use: string): void {
  const sizes = indicesByLabel(labels, classNames.length).map((own) => own.length);
  requireEveryClass(sizes, classNames, `no images left to ${use} without the broken ones`);
}

const BROKEN_LISTED = 5;

function noteBroken(broken: readonly BrokenImage[], { note }: LoadContext): void {
  if (broken.length === 0) return;
  note(`left out ${broken.length} broken ${broken.length === 1 ? 'image' : 'images'}:`);
  for (const { path, reason } of broken.slice(0, BROKEN_LISTED)) note(`  ${path}: ${reason}`);
  if (broken.length > BROKEN_LISTED) note(`  and ${broken.length - BROKEN_LISTED} more`);
}

/**
 * Returns the factor on the loss of each class. `balanced` gives all classes the same total weight: all
 * images / (classes x images of the class), as scikit-learn's `compute_class_weight`. In a map, a
 * missing class has the factor 1, as in Keras.
 *
 * @param labels Labels of the training images. Every class occurs.
 * @throws DataError for a class that the dataset does not have.
 */
export function classWeights(
  config: DataConfig['classWeights'],
  classNames: readonly string[],
  labels: Int32Array,
): readonly number[] | null {
  if (config === null) return null;
  if (config === 'balanced')
    return indicesByLabel(labels, classNames.length).map(
      (own) => labels.length / (classNames.length * own.length),
    );
  const unknown = Object.keys(config).filter((name) => !classNames.includes(name));
  if (unknown.length > 0)
    throw new DataError(
      'classWeights',
      `the dataset has no class "${unknown.join('", "')}"; its classes are ${classNames.join(', ')}`,
    );
  return classNames.map((name) => config[name] ?? 1);
}
