import type * as tf from '@tensorflow/tfjs';
import type { PhaseConfig } from '../experiment/experiment.ts';
import type { StoredTensor } from '../model/weights/safetensors.ts';
import {
  EarlyStopping,
  type EarlyStoppingState,
  type PlateauState,
  ReduceOnPlateau,
} from './monitor.ts';
import { type Objective, RunningMetrics, type RunningMetricsState } from './objective.ts';

/** Progress over all phases. */
export interface Counters {
  epochs: number;
  /** Training batches. */
  batches: number;
  /** Optimizer updates of completed phases. */
  updates: number;
  /** Returns to a saved state after a loss that was not finite. */
  retries: number;
}

/** The position of training between two steps, as plain JSON: all of its state except tensors. */
export interface Position {
  readonly phase: string;
  /** Completed epochs of the phase, validation included. */
  readonly epochs: number;
  /** Completed batches of the epoch after them. */
  readonly batch: number;
  /** `batches` and `epochs` include this phase, `updates` only the phases before it. */
  readonly counters: Counters;
  /** Batches of the phase that its optimizer has applied. */
  readonly optimizerBatches: number;
  /** Loss and metrics over the epoch so far. */
  readonly tally: RunningMetricsState | null;
  readonly earlyStopping: EarlyStoppingState | null;
  readonly plateau: PlateauState | null;
  readonly stoppedEarly: string | null;
  readonly endsTraining: boolean;
}

/** The complete state of training: a run that resumes from it continues as if it had not been interrupted. */
export interface TrainingState {
  readonly at: Position;
  /** `weights/…` of the model, `optimizer/…` with averages and accumulators, `best/…` for early stopping. */
  readonly tensors: readonly StoredTensor[];
}

/** The store of a run's checkpoints, and their schedule. */
export interface Checkpoints {
  /** @param batches Batches of the whole training so far. */
  dueAfterStep(batches: number): boolean;
  /** @param epochs Epochs of the whole training so far. */
  dueAfterEpoch(epochs: number): boolean;
  /** Takes ownership of a state. Training may continue while it is written. */
  save(state: TrainingState): Promise<void>;
  /** Waits until all saved states are written. */
  flush(): Promise<void>;
  /** Reads the last readable state; `null` if there is none. */
  latest(): Promise<TrainingState | null>;
}

/** Checkpoints of a training that is never resumed. */
export const NO_CHECKPOINTS: Checkpoints = {
  dueAfterStep: () => false,
  dueAfterEpoch: () => false,
  save: async () => {},
  flush: async () => {},
  latest: async () => null,
};

/** The state of a phase, except the model's weights and the optimizer. */
export class PhaseState {
  /** Completed epochs, validation included. */
  epochs = 0;
  /** Completed batches of the epoch after them. */
  batch = 0;
  /** Results of these batches. */
  metrics: RunningMetrics | null = null;
  stoppedEarly: string | null = null;
  endsTraining = false;
  /** The weights of the best epoch, for early stopping. */
  best: Snapshot | null = null;
  readonly stopping: EarlyStopping | null;
  readonly plateau: ReduceOnPlateau | null;

  constructor({ earlyStopping, reduceOnPlateau }: PhaseConfig) {
    this.stopping = earlyStopping && new EarlyStopping(earlyStopping);
    this.plateau = reduceOnPlateau && new ReduceOnPlateau(reduceOnPlateau);
  }

  restore(at: Position, objective: Objective): void {
    this.epochs = at.epochs;
    this.batch = at.batch;
    this.stoppedEarly = at.stoppedEarly;
    this.endsTraining = at.endsTraining;
    this.metrics = at.tally && new RunningMetrics(objective, at.tally);
    if (this.stopping && at.earlyStopping) this.stopping.state = at.earlyStopping;
    if (this.plateau && at.plateau) this.plateau.state = at.plateau;
  }

  endEpoch(): void {
    this.metrics?.dispose();
    this.metrics = null;
    this.epochs += 1;
    this.batch = 0;
  }

  dispose(): void {
    this.metrics?.dispose();
    this.best?.dispose();
  }
}

/** A copy of all weights of a model at one time, running statistics included. */
export class Snapshot {
  /** In the order of the model's layers. */
  readonly values: readonly tf.Tensor[];
  readonly #model: tf.LayersModel;

  /** @param values The values of an earlier snapshot, whose ownership is taken; absent: the current weights. */
  constructor(model: tf.LayersModel, values?: readonly tf.Tensor[]) {
    this.#model = model;
    this.values = values ?? weightsOf(model).map((weight) => weight.read().clone());
  }

  /** Writes the values into the model. */
  restore(): void {
    weightsOf(this.#model).forEach((weight, i) => {
      weight.write(this.values[i] as tf.Tensor);
    });
  }

  dispose(): void {
    for (const value of this.values) value.dispose();
  }
}

function weightsOf(model: tf.LayersModel): tf.LayersModel['weights'] {
  return model.layers.flatMap((layer) => layer.weights);
}
