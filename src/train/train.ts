import type * as tf from '@tensorflow/tfjs';
import type { Examples } from '../data/batches/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { Graph } from '../model/graph.ts';
import type { TrainingCallback } from './callbacks.ts';
import type { PhaseRun } from './epoch.ts';
import { LossError, retry } from './non-finite.ts';
import { trainPhase } from './phase.ts';
import { type Checkpoints, restoreWeights, type TrainingState } from './state.ts';
import type { StepAt } from './step.ts';

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
  /** Left out: no state is kept. */
  readonly checkpoints?: Checkpoints;
  /** What an earlier training of the same left; left out or `null`: training begins with the model as it is. */
  readonly resume?: TrainingState | null;
  /** Looks at each step before it is done. */
  readonly probe?: (run: PhaseRun, examples: Examples, at: StepAt) => void;
}

/** How far training has come, over all phases. */
export interface Counters {
  epochs: number;
  /** Batches trained on. */
  batches: number;
  /** Optimizer updates of the phases that have ended. */
  updates: number;
  /** How often training went back because the loss was not finite. */
  retries: number;
}

/**
 * Trains the model in place, phase after phase, each with a fresh optimizer.
 * @throws RunError when the loss is no longer a number; the signal's reason when it is aborted, after the
 *   state that training was left in is saved.
 */
export async function train(options: TrainOptions): Promise<void> {
  let from = options.resume ?? null;
  for (;;) {
    try {
      await trainFrom(options, from);
      return await options.checkpoints?.flush();
    } catch (error) {
      if (!(error instanceof LossError)) {
        await options.checkpoints?.flush();
        throw error;
      }
      from = await retry(options, error);
    }
  }
}

/** One go at it, from a state or from the start. @throws LossError */
export async function trainFrom(options: TrainOptions, from: TrainingState | null): Promise<void> {
  const { experiment, model } = options;
  const counters = { ...(from?.at.counters ?? { epochs: 0, batches: 0, updates: 0, retries: 0 }) };
  const first = experiment.phases.findIndex(({ name }) => name === from?.at.phase);
  if (from) restoreWeights(model, from);
  for (const [i, phase] of experiment.phases.entries()) {
    if (i < first) continue;
    const { endsTraining } = await trainPhase(options, phase, counters, i === first ? from : null);
    if (endsTraining) return;
  }
}
