import type { ClassificationReport } from '../analysis/classification.ts';
import type { Json } from '../common/json.ts';
import type { MarkedText } from '../config/mark-defaults.ts';
import type { RunState } from '../run-folder/status.ts';
import type { ImageCounts } from '../run-folder/summary.ts';

/**
 * One run as the report and the web page show it: plain JSON, no code. A running, stopped or interrupted run has what
 * it has written so far; everything else is `null` or empty.
 */
export interface RunDetail {
  /** `experiment/folder`, such as `quickstart/2026-01-31T12-05-09Z-0123abcd`. */
  readonly name: string;
  readonly experiment: string;
  readonly id: string;
  /** Path of the run's folder. */
  readonly folder: string;
  readonly state: RunState;
  /** The message of the error that a failed run ended with. */
  readonly error: string | null;
  /** UTC, ISO 8601. */
  readonly started: string | null;
  readonly ended: string | null;
  readonly seed: number | null;
  /** `val_loss`, … of the final model; empty until the run finishes. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly epochs: readonly EpochRow[];
  readonly phases: readonly PhaseRow[];
  /** `null` until the run finishes. */
  readonly images: ImageCounts | null;
  /** Count of all the model's weights; `null` until the run finishes. */
  readonly parameters: number | null;
  /** Results on the validation split, per class; `null` until the run finishes. */
  readonly classes: ClassResults | null;
  readonly thumbnails: Thumbnails | null;
  /** The text of resolved.yaml, split by whether a part is a default. */
  readonly configuration: readonly MarkedText[];
  /** The experiment file as the user wrote it. */
  readonly experimentFile: string | null;
  /** The content of environment.json. */
  readonly environment: { readonly [name: string]: Json } | null;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** A row of metrics.csv. */
export interface EpochRow {
  readonly phase: string;
  /** The epoch within the phase, from 1. */
  readonly phaseEpoch: number;
  /** The epoch within the run, from 1. */
  readonly epoch: number;
  readonly learningRate: number;
  /** `loss`, `accuracy`, …, `val_loss`, …; `null` for a value that is not finite. */
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/** A phase as planned and as trained so far. */
export interface PhaseRow {
  readonly name: string;
  readonly plannedEpochs: number;
  readonly epochs: number;
  readonly seconds: number;
  /** The reason for an early stop; `null` if there was none, or the run has not finished. */
  readonly stoppedEarly: string | null;
  /** The epoch within the phase whose weights were kept; `null` until the run finishes. */
  readonly keptEpoch: number | null;
  readonly trainableParameters: number | null;
  readonly frozenParameters: number | null;
}

export interface ClassResults {
  readonly names: readonly string[];
  /** Counts of images; rows are true classes, columns are predicted classes. */
  readonly confusion: readonly (readonly number[])[];
  readonly report: ClassificationReport;
}

/** Validation images that the run's folder contains. */
export interface Thumbnails {
  /** A random sample. */
  readonly examples: readonly Thumbnail[];
  /** Incorrect predictions, most confident first. */
  readonly mistakes: readonly Thumbnail[];
}

/** A validation image and its prediction. */
export interface PredictedImage {
  /** Position in the validation split, from 0. */
  readonly index: number;
  /** Path within the dataset, or the split and the index there. */
  readonly image: string;
  /** Name of the true class. */
  readonly truth: string;
  /** Name of the predicted class. */
  readonly predicted: string;
  /** Probability of the predicted class. */
  readonly confidence: number;
}

export interface Thumbnail extends PredictedImage {
  /** A data URL. */
  readonly url: string;
  /** Length of the longer side in pixels. */
  readonly side: number;
}
