import * as tf from '@tensorflow/tfjs';
import type { Batch, Batches, Examples } from '../data/batches/batches.ts';
import type { CompiledFunction, Engine } from '../engine/engine.ts';
import type { Precision } from '../experiment/experiment.ts';
import { setRandomSource, stepRandomSource } from '../model/keras/noise.ts';
import type { Predictions } from './losses.ts';
import type { Measures, Objective } from './objective.ts';
import type { Optimizer, TrainedWeight } from './optimizers/optimizer.ts';

/** A model with all that trains it. A step reads and changes it. */
export interface Learner {
  readonly model: tf.LayersModel;
  readonly objective: Objective;
  readonly weights: readonly TrainedWeight[];
  readonly optimizer: Optimizer;
}

export interface TrainingStepOptions extends Learner {
  readonly engine: Engine;
  readonly seed: number;
  readonly precision: Precision;
  /** Decodes the batches that the step runs on. */
  readonly batches: Pick<Batches, 'read'>;
}

/** The values besides the batch that change from step to step. */
export interface StepAt {
  readonly learningRate: number;
  /** The step of the run, from 0. Random draws depend on it. */
  readonly step: number;
}

/** One step of training as a compiled function: forward pass, backward pass, update. */
export class TrainingStep {
  readonly #optimizer: Optimizer;
  /** With gradient accumulation, most steps only accumulate. */
  readonly #updating: CompiledFunction;
  readonly #accumulating: CompiledFunction;

  constructor({ engine, seed, precision, batches, ...learner }: TrainingStepOptions) {
    const run = ([learningRate, step, ...inputs]: readonly tf.Tensor[]) => {
      setRandomSource(stepRandomSource(engine, { seed, step: step as tf.Scalar }));
      return trainStep(learner, batches.read(inputs), learningRate as tf.Scalar);
    };
    this.#optimizer = learner.optimizer;
    this.#updating = engine.compile(run, { name: 'training step', precision });
    this.#accumulating = engine.compile(run, { name: 'accumulating step', precision });
  }

  /** Returns the measures of the batch before the update. The caller disposes them. */
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

function trainStep(
  { model, objective, weights, optimizer }: Learner,
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
      return optimizer.scaleLoss(loss);
    }, variables);
    optimizer.apply(
      variables.map(({ name }) => grads[name] as tf.Tensor),
      learningRate,
    );
    return measures as tf.Tensor[];
  });
}

/** A layer's activation in tfjs-layers: an object, but a function in `layers.softmax`. */
interface ActivatedLayer {
  activation?: { getClassName(): string; apply(x: tf.Tensor): tf.Tensor };
  softmax?: (x: tf.Tensor) => tf.Tensor;
}

const LINEAR = { getClassName: () => 'linear', apply: (x: tf.Tensor) => x };

/** Runs the model on `x`. A final softmax or sigmoid is removed for this run and applied here, to get the logits. */
export function forward(model: tf.LayersModel, x: tf.Tensor, training: boolean): Predictions {
  const run = () => model.apply(x, { training }) as tf.Tensor2D;
  const last = model.outputs[0]?.sourceLayer as ActivatedLayer;
  const { activation, softmax } = last;
  const name = softmax ? 'softmax' : activation?.getClassName();
  if (name !== 'softmax' && name !== 'sigmoid') return { probabilities: run(), logits: null };
  try {
    if (softmax) last.softmax = LINEAR.apply;
    else last.activation = LINEAR;
    const logits = run();
    return { probabilities: name === 'softmax' ? logits.softmax() : logits.sigmoid(), logits };
  } finally {
    if (softmax) last.softmax = softmax;
    else if (activation) last.activation = activation;
  }
}
