import type { ClassificationReport } from '../../analysis/classification.ts';
import type { MarkedText } from '../../config/mark-defaults.ts';
import type { Json } from '../../experiment/experiment.ts';
import type { RunState } from '../../run-folder/status.ts';

/**
 * All that a page shows of one run, as plain JSON: of one that goes on, or ended before its time, what it has
 * written so far.
 */
export interface RunDetail {
  /** As people name it: `quickstart/2026-01-31T12-05-09Z-0123abcd`. */
  readonly name: string;
  readonly experiment: string;
  readonly id: string;
  /** Path of its folder. */
  readonly folder: string;
  readonly state: RunState;
  /** What made it fail. */
  readonly error: string | null;
  /** UTC, ISO 8601. */
  readonly started: string | null;
  readonly ended: string | null;
  readonly seed: number | null;
  /** `val_loss`, … of the finished model; empty while there is none. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly epochs: readonly EpochRow[];
  readonly phases: readonly PhaseRow[];
  /** What it was trained with; `null` while it has not ended. */
  readonly images: ImageCounts | null;
  /** Numbers in the model's weights; `null` while it has not ended. */
  readonly parameters: number | null;
  /** What it says of the validation images, class by class; `null` while it has not ended. */
  readonly classes: ClassResults | null;
  readonly thumbnails: Thumbnails | null;
  /** resolved.yaml in pieces. */
  readonly configuration: readonly MarkedText[];
  /** The experiment file as it was written. */
  readonly experimentFile: string | null;
  /** As environment.json states it. */
  readonly environment: { readonly [name: string]: Json } | null;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** A row of metrics.csv. */
export interface EpochRow {
  readonly phase: string;
  /** From 1, within the phase and over all phases. */
  readonly phaseEpoch: number;
  readonly epoch: number;
  readonly learningRate: number;
  /** `loss`, `accuracy`, …, `val_loss`, …; `null` for what is no finite number. */
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/** A phase as it was planned, and what became of it. */
export interface PhaseRow {
  readonly name: string;
  readonly plannedEpochs: number;
  readonly epochs: number;
  readonly seconds: number;
  /** Why it ended before its last epoch; `null`: it did not, or has not ended. */
  readonly stoppedEarly: string | null;
  /** The epoch within the phase whose weights went on; `null` while the run has not ended. */
  readonly keptEpoch: number | null;
  readonly trainableParameters: number | null;
  readonly frozenParameters: number | null;
}

export interface ImageCounts {
  readonly train: number;
  readonly validation: number;
  readonly broken: number;
}

export interface ClassResults {
  readonly names: readonly string[];
  /** Counts; rows are true classes, columns predicted ones. */
  readonly confusion: readonly (readonly number[])[];
  readonly report: ClassificationReport;
}

/** Images that the run's folder keeps. */
export interface Thumbnails {
  /** Some at random. */
  readonly examples: readonly Thumbnail[];
  /** Wrong answers, the surest first. */
  readonly mistakes: readonly Thumbnail[];
}

/** A validation image and what it was taken for. */
export interface Thumbnail {
  /** Which one it is of the validation images, from 0. */
  readonly index: number;
  readonly truth: string;
  readonly predicted: string;
  /** Probability of the predicted class. */
  readonly confidence: number;
  /** A data URL. */
  readonly url: string;
  /** Pixels of its longer side. */
  readonly side: number;
}
