import * as tf from '@tensorflow/tfjs';
import type { Batch } from '../data/batches.ts';
import { forward } from './forward.ts';
import type { Measures, Objective } from './objective.ts';
import type { Optimizer, TrainedWeight } from './optimizers/optimizer.ts';

/** Everything that a step reads and changes. */
export interface Trainee {
  readonly model: tf.LayersModel;
  readonly objective: Objective;
  readonly weights: readonly TrainedWeight[];
  readonly optimizer: Optimizer;
}

/**
 * Forward, backward, update: a function of the batch and the learning rate, a scalar, over the variables
 * of model and optimizer, made of tensor operations alone. Returns measures of the batch before the
 * update, for the caller to dispose.
 */
export function trainStep(
  { model, objective, weights, optimizer }: Trainee,
  { x, y }: Pick<Batch, 'x' | 'y'>,
  learningRate: tf.Scalar,
): Measures {
  return tf.tidy(() => {
    let measures: Measures = [];
    const variables = weights.map(({ variable }) => variable.read() as tf.Variable);
    const { grads } = tf.variableGrads(() => {
      const predictions = forward(model, x, true);
      const loss = objective.loss(model, y, predictions);
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
