import { type BrokenImage, type Dataset, type Images, imageName } from '../dataset.ts';
import { type Duplicates, findDuplicates } from './duplicates.ts';

/** Statistics of a dataset, as plain JSON. */
export interface Inspection {
  /** Height, width and channels of the images after loading. */
  readonly imageShape: readonly [number, number, number];
  readonly classes: readonly ClassCounts[];
  readonly images: { readonly train: number; readonly validation: number };
  /** Ratio of the training images of the largest class to those of the smallest. */
  readonly imbalance: number;
  /** Mean and standard deviation of each channel of the training images, 0 to 255. */
  readonly channels: readonly { readonly mean: number; readonly deviation: number }[];
  readonly duplicates: Duplicates;
  readonly broken: readonly BrokenImage[];
  /** Paths of images whose files are damaged but could be decoded. */
  readonly damaged: readonly string[];
}

export interface ClassCounts {
  readonly name: string;
  readonly train: number;
  readonly validation: number;
  /** Sizes before resizing. */
  readonly sizes: Sizes;
}

export function inspect(data: Dataset): Inspection {
  const { classNames, train, validation, broken } = data;
  const classes = classNames.map((name, label) => ({
    name,
    train: count(train, label),
    validation: count(validation, label),
    sizes: sizesOf([train, validation], label),
  }));
  const sizes = classes.map((own) => own.train);
  return {
    imageShape: [train.height, train.width, train.channels],
    classes,
    images: { train: train.labels.length, validation: validation.labels.length },
    imbalance: Math.max(...sizes) / Math.min(...sizes),
    channels: channelStatistics(train),
    duplicates: findDuplicates(train, validation),
    broken,
    damaged: damagedPaths([train, validation]),
  };
}

function count({ labels }: Images, label: number): number {
  return labels.reduce((sum, other) => sum + (other === label ? 1 : 0), 0);
}

function channelStatistics({ height, width, channels, pixels, labels }: Images) {
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let index = 0; index < labels.length; index++)
    pixels.of(index).forEach((level, at) => {
      const channel = at % channels;
      sums[channel] = (sums[channel] as number) + level;
      squares[channel] = (squares[channel] as number) + level * level;
    });
  const total = labels.length * height * width;
  return Array.from(sums, (sum, channel) => {
    const mean = sum / total;
    return { mean, deviation: Math.sqrt((squares[channel] as number) / total - mean ** 2) };
  });
}

/** Returns the paths of images whose files are damaged but could be decoded. */
export function damagedPaths(splits: readonly Images[]): string[] {
  return splits.flatMap((images) =>
    Array.from(images.labels.keys())
      .filter((index) => images.isDamaged?.(index))
      .map((index) => imageName(images, index)),
  );
}

export interface Range {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Sizes of images before resizing, in pixels. */
export interface Sizes {
  readonly width: Range;
  readonly height: Range;
}

/** Returns the original sizes of all images, or of one class. Images that are not from files have one size. */
export function sizesOf(splits: readonly Images[], label: number | null = null): Sizes {
  const sizes = splits.flatMap(({ labels, originalSize, width, height }) =>
    Array.from(labels.keys())
      .filter((index) => label === null || labels[index] === label)
      .map((index) => originalSize?.(index) ?? ([width, height] as const)),
  );
  return {
    width: range(sizes.map(([width]) => width)),
    height: range(sizes.map(([, height]) => height)),
  };
}

/** The median of an even number of values is the lower middle one, so that it is a size that occurs. */
function range(values: readonly number[]): Range {
  const sorted = Float64Array.from(values).sort();
  const at = (index: number) => sorted[index] as number;
  return { min: at(0), median: at((sorted.length - 1) >> 1), max: at(sorted.length - 1) };
}
