import type * as tf from '@tensorflow/tfjs';
import type { Batches, Examples } from '../data/batches/batches.ts';
import { imageBatches } from '../data/batches/image-batches.ts';
import type { Dataset, Images } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import type { ResolvedExperiment } from '../experiment/experiment.ts';
import type { Graph } from '../model/graph.ts';
import type { TrainingCallback } from './callbacks.ts';
import type { Checkpoints, TrainingState } from './state.ts';
import type { Learner, StepAt } from './step.ts';

export interface TrainOptions {
  readonly model: tf.LayersModel;
  /** The graph of `model`. */
  readonly graph: Graph;
  readonly experiment: ResolvedExperiment;
  readonly data: Dataset;
  readonly callbacks: readonly TrainingCallback[];
  readonly engine: Engine;
  /** Stops training after the current step, with the signal's reason. */
  readonly signal: AbortSignal;
  /** Absent: no state is saved. */
  readonly checkpoints?: Checkpoints;
  /** The state to resume from; absent or `null`: training begins with the model as it is. */
  readonly resume?: TrainingState | null;
  /** Inspects each step before it runs. */
  readonly probe?: (learner: Learner, examples: Examples, at: StepAt) => void;
}

export interface PassOptions {
  readonly batchSize: number;
  /** True if the images are read more than once. */
  readonly reused: boolean;
}

/** Returns the batches of images for the experiment's model. */
export function modelBatches(
  {
    experiment,
    data,
    graph,
    engine,
  }: Pick<TrainOptions, 'experiment' | 'data' | 'graph' | 'engine'>,
  images: Images,
  { batchSize, reused }: PassOptions,
): Batches {
  return imageBatches({
    ...experiment.data,
    images,
    classCount: data.classNames.length,
    imageShape: graph.inputShape as readonly [number, number, number],
    batchSize,
    reused,
    engine,
  });
}
