import type * as tf from '@tensorflow/tfjs';
import type { Experiment } from '../config/experiment.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import type { Graph } from '../model/graph.ts';
import type { TrainingCallback } from './callbacks.ts';
import { trainPhase } from './phase.ts';

export interface TrainOptions {
  readonly model: tf.LayersModel;
  /** The network behind `model`. */
  readonly graph: Graph;
  readonly experiment: Experiment;
  readonly data: Dataset;
  readonly callbacks: readonly TrainingCallback[];
  readonly engine: Engine;
  /** Ends training after the step that is going on, with the signal's reason. */
  readonly signal: AbortSignal;
}

/** How far training has come, over all phases. */
export interface Counters {
  epochs: number;
  /** Batches trained on. */
  batches: number;
  /** Optimizer updates. */
  updates: number;
}

/**
 * Trains the model in place, phase after phase, each with a fresh optimizer.
 * @throws RunError when the loss is no longer a number; the signal's reason when it is aborted.
 */
export async function train(options: TrainOptions): Promise<void> {
  const counters: Counters = { epochs: 0, batches: 0, updates: 0 };
  for (const phase of options.experiment.phases) {
    const { endsTraining } = await trainPhase(options, phase, counters);
    if (endsTraining) return;
  }
}
