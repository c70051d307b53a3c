import { type StreamKey, shuffled } from '../common/random.ts';
import type { DataConfig } from '../experiment/experiment.ts';
import { DataError, type ImageSource, type RawDataset } from './dataset.ts';

/** Selected images of a source: their indices, by label. */
export interface Selection {
  readonly source: ImageSource;
  readonly indices: IndicesByLabel;
}

type IndicesByLabel = readonly (readonly number[])[];

/**
 * Selects the images of both splits: keeps the classes, splits, applies `limit`.
 *
 * @param experimentSeed The same seed selects the same images, unless the configuration has its own.
 * @throws DataError when a class is unknown or a split has no image of a class.
 */
export function selectImages(
  raw: RawDataset,
  classNames: readonly string[],
  config: DataConfig,
  experimentSeed: number,
): { train: Selection; validation: Selection } {
  const seed = config.splitSeed ?? experimentSeed;
  const { train, validation } = split(raw, classNames, config.validation, seed);
  return {
    train: limit(train, classNames, 'train', config, seed),
    validation: limit(validation, classNames, 'validation', config, seed),
  };
}

export function noTestSplit(): DataError {
  return new DataError(
    'validation',
    'test, but this dataset has no test split; give the fraction of its images to validate on, e.g. 0.1',
  );
}

function split(
  raw: RawDataset,
  classNames: readonly string[],
  validation: DataConfig['validation'],
  seed: number,
): { train: Selection; validation: Selection } {
  const all = keepClasses(raw.train, raw.classNames, classNames);
  requireEveryClass(sizesOf(all), classNames, 'no images to train on');
  if (validation === 'test') {
    if (!raw.test) throw noTestSplit();
    const test = keepClasses(raw.test, raw.classNames, classNames);
    requireEveryClass(sizesOf(test), classNames, 'no images in the test split');
    return { train: all, validation: test };
  }
  const sizes = sizesOf(all);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shares = proportionalShares(sizes, Math.round(validation * total));
  requireEveryClass(
    shares,
    classNames,
    `no images to validate on. Received: ${validation}`,
    'validation',
  );
  const rest = sizes.map((size, label) => size - (shares[label] as number));
  requireEveryClass(
    rest,
    classNames,
    `no images left to train on. Received: ${validation}`,
    'validation',
  );
  const { drawn, left } = draw(all.indices, shares, [seed, 'split']);
  return {
    train: { source: raw.train, indices: left },
    validation: { source: raw.train, indices: drawn },
  };
}

/** Selects the images of `classNames`, which become their new labels. */
function keepClasses(
  source: ImageSource,
  known: readonly string[],
  classNames: readonly string[],
): Selection {
  if (classNames.length < 2)
    throw new DataError(
      null,
      `a classifier needs at least 2 classes. Received ${classNames.length}: ${classNames.join(', ')}`,
    );
  const repeated = classNames.find((name, label) => classNames.indexOf(name) !== label);
  if (repeated !== undefined)
    throw new DataError('classes', `"${repeated}" occurs twice; name each class once`);
  const byLabel = indicesByLabel(source.labels, known.length);
  const indices = classNames.map((name) => {
    const own = byLabel[known.indexOf(name)];
    if (!own)
      throw new DataError(
        'classes',
        `the dataset has no class "${name}"; its classes are ${known.join(', ')}`,
      );
    return own;
  });
  return { source, indices };
}

function limit(
  selection: Selection,
  classNames: readonly string[],
  name: 'train' | 'validation',
  config: DataConfig,
  seed: number,
): Selection {
  const maximum = config.limit[name];
  if (maximum === null) return selection;
  const shares = evenShares(sizesOf(selection), maximum);
  const complaint = `no ${name === 'train' ? 'training' : 'validation'} images left. Received: ${name}: ${maximum}`;
  requireEveryClass(shares, classNames, complaint, 'limit');
  const { drawn } = draw(selection.indices, shares, [seed, 'limit', name]);
  return { source: selection.source, indices: drawn };
}

function sizesOf({ indices }: Selection): number[] {
  return indices.map((own) => own.length);
}

/** @throws DataError that names the classes of size 0. */
export function requireEveryClass(
  sizes: readonly number[],
  classNames: readonly string[],
  complaint: string,
  key: DataError['key'] = null,
): void {
  const empty = classNames.filter((_, label) => sizes[label] === 0);
  if (empty.length > 0)
    throw new DataError(
      key,
      `${empty.length === 1 ? 'class' : 'classes'} ${empty.join(', ')}: ${complaint}`,
    );
}

/** Groups the indices of images by label. */
export function indicesByLabel(labels: Int32Array, classCount: number): number[][] {
  const indices: number[][] = Array.from({ length: classCount }, () => []);
  labels.forEach((label, index) => {
    indices[label]?.push(index);
  });
  return indices;
}

/**
 * Divides `total` among classes in proportion to their sizes, by the largest remainder. Ties go to the
 * earlier class.
 */
export function proportionalShares(sizes: readonly number[], total: number): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (size * total) / all);
  const shares = exact.map(Math.floor);
  const rest = total - shares.reduce((sum, share) => sum + share, 0);
  exact
    .map((share, label) => ({ label, remainder: share % 1 }))
    .sort((a, b) => b.remainder - a.remainder)
    .slice(0, rest)
    .forEach(({ label }) => {
      shares[label] = (shares[label] as number) + 1;
    });
  return shares;
}

/**
 * Divides `total` among classes evenly. Larger classes make up for classes that are too small. They
 * also take the remainder; among classes of equal size, the earlier ones take it.
 */
export function evenShares(sizes: readonly number[], total: number): number[] {
  const shares = sizes.map(() => 0);
  let left = total;
  const bySize = sizes
    .map((size, label) => ({ size, label }))
    .sort((a, b) => a.size - b.size || b.label - a.label);
  bySize.forEach(({ size, label }, done) => {
    const share = Math.min(size, Math.floor(left / (bySize.length - done)));
    shares[label] = share;
    left -= share;
  });
  return shares;
}

/** Draws `shares[label]` indices of each label at random. Returns the drawn and the remaining ones. */
export function draw(
  indices: IndicesByLabel,
  shares: readonly number[],
  key: StreamKey,
): { drawn: number[][]; left: number[][] } {
  const drawn: number[][] = [];
  const left: number[][] = [];
  indices.forEach((own, label) => {
    const order = Array.from(shuffled(own.length, [...key, label]), (i) => own[i] as number);
    drawn.push(order.slice(0, shares[label]));
    left.push(order.slice(shares[label]));
  });
  return { drawn, left };
}
