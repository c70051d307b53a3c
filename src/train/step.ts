import * as tf from '@tensorflow/tfjs';
import type { Batch, Batches, Examples } from '../data/batches/batches.ts';
import type { CompiledFunction, Engine } from '../engine/engine.ts';
import { drawFrom, stepSource } from '../model/keras/random.ts';
import type { Predictions } from './losses.ts';
import type { Measures, Objective } from './objective.ts';
import type { Optimizer, TrainedWeight } from './optimizers/optimizer.ts';

/** Everything that a step reads and changes. */
export interface Trainee {
  readonly model: tf.LayersModel;
  readonly objective: Objective;
  readonly weights: readonly TrainedWeight[];
  readonly optimizer: Optimizer;
}

export interface TrainingStepOptions extends Trainee {
  readonly engine: Engine;
  readonly seed: number;
  /** Where the batches come from that it is run on. */
  readonly feed: Pick<Batches, 'read'>;
}

/** What changes from step to step beside the batch. */
export interface StepAt {
  readonly learningRate: number;
  /** Of all steps of the run, from 0: what random draws depend on. */
  readonly step: number;
}

/** Forward, backward, update, as the engine compiles them. */
export class TrainingStep {
  readonly #optimizer: Optimizer;
  /** With gradient accumulation most steps do less than those that update. */
  readonly #updating: CompiledFunction;
  readonly #accumulating: CompiledFunction;

  constructor({ engine, seed, feed, ...trainee }: TrainingStepOptions) {
    const run = ([learningRate, step, ...inputs]: readonly tf.Tensor[]) => {
      drawFrom(stepSource(engine, { seed, step: step as tf.Scalar }));
      return trainStep(trainee, feed.read(inputs), learningRate as tf.Scalar);
    };
    this.#optimizer = trainee.optimizer;
    this.#updating = engine.compile(run, 'training step');
    this.#accumulating = engine.compile(run, 'accumulating step');
  }

  /** Measures of the batch before the update, for the caller to dispose. */
  async run({ inputs }: Pick<Batch, 'inputs'>, { learningRate, step }: StepAt): Promise<Measures> {
    const compiled = this.#optimizer.completesUpdate ? this.#updating : this.#accumulating;
    const scalars = [tf.scalar(learningRate), tf.scalar(step, 'int32')];
    try {
      return await compiled.run([...scalars, ...inputs]);
    } finally {
      tf.dispose(scalars);
      this.#optimizer.countBatch();
    }
  }

  dispose(): void {
    this.#updating.dispose();
    this.#accumulating.dispose();
  }
}

/** A function of the examples and the learning rate over the variables of model and optimizer. */
function trainStep(
  { model, objective, weights, optimizer }: Trainee,
  { x, y }: Examples,
  learningRate: tf.Scalar,
): Measures {
  return tf.tidy(() => {
    let measures: Measures = [];
    const variables = weights.map(({ variable }) => variable.read() as tf.Variable);
    const { grads } = tf.variableGrads(() => {
      const predictions = forward(model, x, true);
      const loss = objective.trainingLoss(model, y, predictions);
      measures = objective.measure(loss.clone(), y, predictions).map((tensor) => tf.keep(tensor));
      return loss;
    }, variables);
    optimizer.apply(
      variables.map(({ name }) => grads[name] as tf.Tensor),
      learningRate,
    );
    return measures as tf.Tensor[];
  });
}

/** What tfjs-layers keeps of a layer's activation: an object, but a function in `layers.softmax`. */
interface Activated {
  activation?: { getClassName(): string; apply(x: tf.Tensor): tf.Tensor };
  softmax?: (x: tf.Tensor) => tf.Tensor;
}

const linear = { getClassName: () => 'linear', apply: (x: tf.Tensor) => x };

/** Runs the model on `x`; a last softmax or sigmoid is taken off it for the while and applied here. */
export function forward(model: tf.LayersModel, x: tf.Tensor, training: boolean): Predictions {
  const run = () => model.apply(x, { training }) as tf.Tensor2D;
  const last = model.outputs[0]?.sourceLayer as Activated;
  const { activation, softmax } = last;
  const name = softmax ? 'softmax' : activation?.getClassName();
  if (name !== 'softmax' && name !== 'sigmoid') return { probabilities: run(), logits: null };
  try {
    if (softmax) last.softmax = linear.apply;
    else last.activation = linear;
    const logits = run();
    return { probabilities: name === 'softmax' ? logits.softmax() : logits.sigmoid(), logits };
  } finally {
    if (softmax) last.softmax = softmax;
    else if (activation) last.activation = activation;
  }
}
