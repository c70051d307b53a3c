import type { PhaseConfig } from '../experiment/experiment.ts';
import type { FeaturesUse } from './features/phase-features.ts';

/** Where training stands within an epoch. */
export interface StepProgress {
  readonly phase: string;
  /** From 1, within the phase. */
  readonly phaseEpoch: number;
  readonly phaseEpochs: number;
  /** Batches done in this epoch, and in all of it. */
  readonly batch: number;
  readonly batches: number;
  /** Running means over the epoch so far: `loss`, `accuracy`, … */
  readonly metrics: Readonly<Record<string, number>>;
  readonly imagesPerSecond: number;
  /** The part of the epoch so far that steps waited for their images. */
  readonly waitingShare: number;
  /** Since the phase began or was gone on with, validation included. */
  readonly secondsPerBatch: number;
}

/** One row of metrics.csv. */
export interface EpochRecord {
  readonly phase: string;
  /** From 1, within the phase. */
  readonly phaseEpoch: number;
  /** From 1, over all phases. */
  readonly epoch: number;
  /** Optimizer updates so far, over all phases. */
  readonly step: number;
  readonly learningRate: number;
  /** Exact means over the epoch's training images: `loss` first, then the metrics in the file's order. */
  readonly train: Readonly<Record<string, number>>;
  /** The same over the validation images. */
  readonly validation: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** How long steps had to wait for their images, of `seconds`. */
  readonly waitingSeconds: number;
}

/** How far the features of a part of the images are computed. */
export interface FeaturesProgress {
  readonly phase: string;
  readonly part: 'train' | 'validation';
  /** Images done, and all of them; each mirrored view counts again. */
  readonly done: number;
  readonly images: number;
  readonly imagesPerSecond: number;
}

export interface PhaseBegin {
  readonly phase: PhaseConfig;
  /** Done over all phases so far, of this one too where it is gone on with. */
  readonly epochs: number;
  /** `null`: the first layer with weights is trained. */
  readonly features: FeaturesUse | null;
  readonly trainableParameters: number;
  readonly frozenParameters: number;
}

export interface PhaseEnd {
  readonly phase: PhaseConfig;
  readonly epochs: number;
  /** Why it ended before its last epoch; `null` when it did not. */
  readonly stoppedEarly: string | null;
  /** Whether a callback ended all training with it: the phases after it are left out. */
  readonly endsTraining: boolean;
  /** The epoch within the phase whose weights the model now has. */
  readonly keptEpoch: number;
}

/** What others do while training goes on; recording and progress happen only here. */
export interface TrainingCallback {
  features?(progress: FeaturesProgress): void;
  /** Something to be known that is no result. */
  note?(line: string): void | Promise<void>;
  phaseBegin?(event: PhaseBegin): void | Promise<void>;
  step?(progress: StepProgress): void;
  /** Training goes back to a state that was saved, the n-th time, because the loss was not finite. */
  retry?(times: number): void | Promise<void>;
  /** A reason given back ends training, after the epoch and for good. */
  epochEnd?(record: EpochRecord): void | Promise<void> | Promise<string | null>;
  phaseEnd?(event: PhaseEnd): void | Promise<void>;
}

/** What the finished model says of the validation images. */
export interface Evaluation {
  /** `loss` and the metrics. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Row-major, one row of class probabilities for each image. */
  readonly probabilities: Float32Array;
  readonly labels: Int32Array;
}
