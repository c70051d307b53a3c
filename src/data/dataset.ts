import type { JpegDecoder } from '../engine/engine.ts';
import type { DataConfig } from '../experiment/experiment.ts';
import type { Pixels } from './pixels.ts';

/** Images of one size, with their labels. */
export interface Images {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Pixels;
  /** Of each image within the data set, where it comes from a file. */
  readonly paths?: readonly string[];
  /** Width and height of a image before it was given this size, where that is known. */
  readonly sizeOf?: (index: number) => readonly [width: number, height: number];
  /** Whether the data of a image's file are known to be damaged; it shows what could be made of them. */
  readonly isDamaged?: (index: number) => boolean;
  /** Index into the class names, one for each image. */
  readonly labels: Int32Array;
}

/** The images of an experiment, split. */
export interface Dataset {
  readonly classNames: readonly string[];
  readonly train: Images;
  readonly validation: Images;
  /** Factor on the training loss of each class; `null`: all 1. */
  readonly classWeights: readonly number[] | null;
  /** What was left out because it could not be read, as `data.broken: skip` allows. */
  readonly broken: readonly BrokenImage[];
}

/** A image that cannot be read, and why. */
export interface BrokenImage {
  readonly path: string;
  readonly reason: string;
}

/** Images as a source reads them; `broken` tells at which indices there is nothing to see. */
export interface Reading extends Omit<Images, 'labels'> {
  readonly broken: readonly (BrokenImage & { readonly index: number })[];
}

/** Labelled images of which any part can be read, so that only what an experiment uses is decoded. */
export interface ImageSource {
  /** Index into the class names, one for each image. */
  readonly labels: Int32Array;
  /** The images at these places, in this order. */
  read(places: Int32Array): Promise<Reading>;
}

/** What a data set holds before `classes`, `limit` and `validation` choose from it. */
export interface RawDataset {
  readonly classNames: readonly string[];
  readonly train: ImageSource;
  /** The data set's own held-out part, if it has one. */
  readonly test: ImageSource | null;
}

export interface LoadContext {
  /** Height, width, channels that the model takes. */
  readonly imageShape: readonly [number, number, number];
  readonly signal: AbortSignal;
  /** Takes the JPEGs that it can, which is faster; absent: sharp decodes all, and tells of damage. */
  readonly jpegs?: JpegDecoder | null;
  /** Tells what goes on, e.g. `decoding 12,000 of 60,000 images`. */
  readonly report: (message: string) => void;
  /** Tells what should be seen in the end, e.g. which images are broken. */
  readonly note: (message: string) => void;
}

/** Where images come from. Adding one is such a file and its line in `datasets.ts`. */
export interface DatasetKind {
  readonly name: string;
  /** Class names where they are known without reading the data, so that `check` can use them. */
  readonly classNames?: readonly string[];
  /** Height, width, channels of the images as they come; absent: they take the model's. */
  readonly imageShape?: readonly [number, number, number];
  /** Finds the images and their labels; the images themselves may be read later. */
  open(config: DataConfig, context: LoadContext): Promise<RawDataset>;
}
