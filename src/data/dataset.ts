import type { DataConfig } from '../config/experiment.ts';
import type { JpegDecoder } from '../engine/engine.ts';
import type { Pixels } from './pixels.ts';

/** Pictures of one size, with their labels. */
export interface Pictures {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Pixels;
  /** Of each picture within the data set, where it comes from a file. */
  readonly paths?: readonly string[];
  /** Width and height of a picture before it was given this size, where that is known. */
  readonly sizeOf?: (index: number) => readonly [width: number, height: number];
  /** Whether the data of a picture's file are known to be damaged; it shows what could be made of them. */
  readonly isDamaged?: (index: number) => boolean;
  /** Index into the class names, one for each picture. */
  readonly labels: Int32Array;
}

/** The pictures of an experiment, split. */
export interface Dataset {
  readonly classNames: readonly string[];
  readonly train: Pictures;
  readonly validation: Pictures;
  /** Factor on the training loss of each class; `null`: all 1. */
  readonly classWeights: readonly number[] | null;
  /** What was left out because it could not be read, as `data.broken: skip` allows. */
  readonly broken: readonly BrokenPicture[];
}

/** A picture that cannot be read, and why. */
export interface BrokenPicture {
  readonly path: string;
  readonly reason: string;
}

/** Pictures as a source reads them; `broken` tells at which indices there is nothing to see. */
export interface Reading extends Omit<Pictures, 'labels'> {
  readonly broken: readonly (BrokenPicture & { readonly index: number })[];
}

/** Labelled pictures of which any part can be read, so that only what an experiment uses is decoded. */
export interface PictureSource {
  /** Index into the class names, one for each picture. */
  readonly labels: Int32Array;
  /** The pictures at these places, in this order. */
  read(places: Int32Array): Promise<Reading>;
}

/** What a data set holds before `classes`, `limit` and `validation` choose from it. */
export interface RawDataset {
  readonly classNames: readonly string[];
  readonly train: PictureSource;
  /** The data set's own held-out part, if it has one. */
  readonly test: PictureSource | null;
}

export interface LoadContext {
  /** Height, width, channels that the model takes. */
  readonly imageShape: readonly [number, number, number];
  readonly signal: AbortSignal;
  /** Takes the JPEGs that it can, which is faster; absent: sharp decodes all, and tells of damage. */
  readonly jpegs?: JpegDecoder | null;
  /** Tells what goes on, e.g. `decoding 12,000 of 60,000 pictures`. */
  readonly report: (message: string) => void;
  /** Tells what should be seen in the end, e.g. which pictures are broken. */
  readonly note: (message: string) => void;
}

/** Where pictures come from. Adding one is such a file and its line in `datasets.ts`. */
export interface DatasetKind {
  readonly name: string;
  /** Class names where they are known without reading the data, so that `check` can use them. */
  readonly classNames?: readonly string[];
  /** Height, width, channels of the pictures as they come; absent: they take the model's. */
  readonly imageShape?: readonly [number, number, number];
  /** Finds the pictures and their labels; the pictures themselves may be read later. */
  open(config: DataConfig, context: LoadContext): Promise<RawDataset>;
}
