import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { LossConfig } from '../../config/experiment.ts';

/** What a model says of a batch, both `[pictures, classes]`. */
export interface Predictions {
  readonly probabilities: Tensor2D;
  /**
   * The last layer's values before its softmax or sigmoid; `null` where there are none. As in Keras,
   * the cross-entropies prefer them whichever of the two it is: they neither round to 0 nor saturate.
   */
  readonly logits: Tensor2D | null;
}

/** Loss of each picture of a batch; `labels` has a row of class probabilities for each. */
export type Loss = (labels: Tensor2D, predictions: Predictions, config: LossConfig) => Tensor1D;

/** `keras.config.epsilon()`. */
export const epsilon = 1e-7;

/** Probabilities that a logarithm can take. */
export function clipped(probabilities: Tensor): Tensor {
  return probabilities.clipByValue(epsilon, 1 - epsilon);
}

/** Each row divided by its sum, then clipped, as Keras' categorical losses do. */
export function normalized(probabilities: Tensor2D): Tensor {
  return clipped(probabilities.div(probabilities.sum(-1, true)));
}

/** Labels moved by `labelSmoothing` towards the uniform distribution over the classes. */
export function smoothed(labels: Tensor2D, { labelSmoothing }: LossConfig): Tensor2D {
  if (labelSmoothing === 0) return labels;
  return labels.mul(1 - labelSmoothing).add(labelSmoothing / labels.shape[1]);
}
