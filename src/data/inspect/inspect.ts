import type { BrokenPicture, Dataset, Pictures } from '../dataset.ts';
import { damagedPaths } from './damaged.ts';
import { type Duplicates, findDuplicates } from './duplicates.ts';
import { type Sizes, sizesOf } from './sizes.ts';

/** What a data set holds, as plain JSON. */
export interface Inspection {
  /** Height, width, channels of the pictures as they are read. */
  readonly imageShape: readonly [number, number, number];
  readonly classes: readonly ClassCounts[];
  readonly pictures: { readonly train: number; readonly validation: number };
  /** Training pictures of the largest class over those of the smallest. */
  readonly imbalance: number;
  /** Of the training pictures, for each channel, 0 to 255. */
  readonly channels: readonly { readonly mean: number; readonly deviation: number }[];
  readonly duplicates: Duplicates;
  readonly broken: readonly BrokenPicture[];
  /** Paths of pictures that are read although something is wrong with their data. */
  readonly damaged: readonly string[];
}

export interface ClassCounts {
  readonly name: string;
  readonly train: number;
  readonly validation: number;
  /** As the files have them, before they were given one size. */
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
    pictures: { train: train.labels.length, validation: validation.labels.length },
    imbalance: Math.max(...sizes) / Math.min(...sizes),
    channels: channelStatistics(train),
    duplicates: findDuplicates(train, validation),
    broken,
    damaged: damagedPaths(data),
  };
}

function count({ labels }: Pictures, label: number): number {
  return labels.reduce((sum, other) => sum + (other === label ? 1 : 0), 0);
}

function channelStatistics({ height, width, channels, pixels, labels }: Pictures) {
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
