import { InputError } from '../common/errors.ts';
import type { JpegDecoder } from '../engine/engine.ts';
import type { DataConfig } from '../experiment/experiment.ts';
import { type Pixels, SelectedPixels } from './pixels.ts';

/** The data does not fit the configuration. */
export class DataError extends InputError {
  /** The key of `data` to correct; `null` if it is not one alone. */
  readonly key: keyof DataConfig | null;
  /** The message without the key. */
  readonly detail: string;

  constructor(key: DataError['key'], detail: string) {
    super(key === null ? detail : `data.${key}: ${detail}`);
    this.key = key;
    this.detail = detail;
  }
}

/** Images of one size with their labels, e.g. one split of a dataset. */
export interface Images {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Pixels;
  /** Path of each image within the dataset, or its split and its index there: `test 17`. */
  readonly names?: readonly string[];
  /** Returns the size of an image before it was resized; absent if it is unknown. */
  readonly originalSize?: (index: number) => readonly [width: number, height: number];
  /** Returns true for an image whose file is known to be damaged but could be decoded. */
  readonly isDamaged?: (index: number) => boolean;
  /** Index into the class names, one for each image. */
  readonly labels: Int32Array;
}

/** What people call an image: its path within the dataset, or its split and its index there. */
export function imageName({ names }: Pick<Images, 'names'>, index: number): string {
  return names?.[index] ?? `image ${index}`;
}

/** The images of an experiment, split. */
export interface Dataset {
  readonly classNames: readonly string[];
  readonly train: Images;
  readonly validation: Images;
  /** Factor on the training loss of each class; `null`: all 1. */
  readonly classWeights: readonly number[] | null;
  /** Images that `data.broken: skip` leaves out because they cannot be decoded. */
  readonly broken: readonly BrokenImage[];
}

/** An image that cannot be decoded. */
export interface BrokenImage {
  readonly path: string;
  readonly reason: string;
}

/** Images as a source reads them. The pixels at the index of a broken image mean nothing. */
export interface ReadImages extends Omit<Images, 'labels'> {
  readonly broken: readonly (BrokenImage & { readonly index: number })[];
}

/** Labelled images that are read in parts, so that only the images that an experiment uses are decoded. */
export interface ImageSource {
  /** Index into the class names, one for each image. */
  readonly labels: Int32Array;
  /** Reads the images at these indices, in this order. */
  read(indices: Int32Array): Promise<ReadImages>;
}

/** Returns a source of images that are already decoded. */
export function decodedSource(images: Images): ImageSource {
  return {
    labels: images.labels,
    async read(indices) {
      const pixels = new SelectedPixels(images.pixels, [...indices]);
      return { ...images, pixels, broken: [] };
    },
  };
}

/** A dataset before `classes`, `limit` and `validation` select from it. */
export interface RawDataset {
  readonly classNames: readonly string[];
  readonly train: ImageSource;
  /** The dataset's own test split; `null` if it has none. */
  readonly test: ImageSource | null;
}

export interface LoadContext {
  /** Height, width and channels of the model's input. */
  readonly imageShape: readonly [number, number, number];
  readonly signal: AbortSignal;
  /** The engine's JPEG decoder, which is faster. If it is absent, sharp decodes all images and detects damage. */
  readonly jpegs?: JpegDecoder | null;
  /** Reports progress, e.g. `decoded 12000 of 60000 images`. */
  readonly report: (message: string) => void;
  /** Prints a line that stays, e.g. the path of a broken image. */
  readonly note: (message: string) => void;
}

/** A kind of dataset. To add one, write such a file and list it in `datasets/table.ts`. */
export interface DatasetKind {
  readonly name: string;
  /** The class names, if they are known without reading the data; `check` uses them. */
  readonly classNames?: readonly string[];
  /** The number of training images, if it is known without reading the data. */
  readonly trainingImages?: number;
  /** `false` if it is known that there is no test split. */
  readonly hasTest?: false;
  /** Height, width and channels of the images; absent if they are resized to the model's input. */
  readonly imageShape?: readonly [number, number, number];
  /** The accepted names of each file that a source must have; absent if they do not matter. */
  readonly files?: readonly (readonly string[])[];
  /** Finds the images and their labels. The images may be decoded later. */
  open(config: DataConfig, context: LoadContext): Promise<RawDataset>;
}
