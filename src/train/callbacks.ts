import type { PhaseConfig } from '../experiment/experiment.ts';

/** Hooks into training. Recording and progress only happen here. */
export interface TrainingCallback {
  features?(progress: FeaturesProgress): void;
  /** Takes a line that people should read but that is not a result. */
  note?(line: string): void | Promise<void>;
  phaseBegin?(event: PhaseBegin): void | Promise<void>;
  step?(progress: StepProgress): void;
  /** Called for the n-th return to a saved state after a loss that is not finite. */
  retry?(n: number): void | Promise<void>;
  /** May return a reason to stop all training after this epoch. */
  epochEnd?(record: EpochRecord): void | Promise<void> | Promise<string | null>;
  phaseEnd?(event: PhaseEnd): void | Promise<void>;
}

/** Progress within an epoch. */
export interface StepProgress {
  readonly phase: string;
  /** From 1, within the phase. */
  readonly phaseEpoch: number;
  readonly phaseEpochs: number;
  /** Completed batches of this epoch. */
  readonly batch: number;
  /** All batches of this epoch. */
  readonly batches: number;
  /** Running means over the epoch so far: `loss`, `accuracy`, … */
  readonly metrics: Readonly<Record<string, number>>;
  readonly imagesPerSecond: number;
  /** Fraction of the epoch's time so far in which steps waited for their batches. */
  readonly waitingShare: number;
  /** Mean since the phase began or was resumed, validation included. */
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
  /** The part of `seconds` in which steps waited for their batches. */
  readonly waitingSeconds: number;
}

/** Progress of computing the features of one split. */
export interface FeaturesProgress {
  readonly phase: string;
  readonly split: 'train' | 'validation';
  readonly done: number;
  /** All images of the split. Each flip of the images reports its own progress. */
  readonly images: number;
  readonly imagesPerSecond: number;
}

export interface PhaseBegin {
  readonly phase: PhaseConfig;
  /** Completed epochs over all phases; includes epochs of this phase if it is resumed. */
  readonly epochs: number;
  /** `null`: the first layer with weights is trained. */
  readonly features: FeaturesUse | null;
  readonly trainableParameters: number;
  readonly frozenParameters: number;
}

export interface PhaseEnd {
  readonly phase: PhaseConfig;
  readonly epochs: number;
  /** The reason to stop before the last epoch; `null` if the phase was completed. */
  readonly stoppedEarly: string | null;
  /** True if a callback stopped all training: later phases are skipped. */
  readonly endsTraining: boolean;
  /** The epoch within the phase that the model's weights are from. */
  readonly keptEpoch: number;
}

/** The use of a phase's features, the outputs of its frozen layers. */
export interface FeaturesUse {
  /** The last layer before the first trained one. */
  readonly cut: string;
  /** `computed`: once, before the first epoch. `cache`: an earlier phase or run computed them. */
  readonly from: 'computed' | 'cache' | 'each batch';
  /** The reason to compute them for each batch. */
  readonly reason: string | null;
  /** Their keys in the store. */
  readonly keys: readonly string[];
}

/** Returns e.g. `features after block5_pool: read from the cache`. */
export function formatFeaturesUse({ cut, from, reason }: FeaturesUse): string {
  const use = {
    computed: 'computed once',
    cache: 'read from the cache',
    'each batch': 'computed for each batch',
  }[from];
  return `features after ${cut}: ${use}${reason ? `, because ${reason}` : ''}`;
}

/** The final evaluation of the model on the validation images. */
export interface Evaluation {
  /** `loss` and the metrics. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Row-major, one row of class probabilities for each image. */
  readonly probabilities: Float32Array;
  readonly labels: Int32Array;
}
