import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { CROSS_ENTROPY, runOwnKernel } from '../engine/kernel-names.ts';
import type { LossConfig } from '../experiment/experiment.ts';

/** What a model says of a batch, both `[images, classes]`. */
export interface Predictions {
  readonly probabilities: Tensor2D;
  /**
   * The last layer's values before its softmax or sigmoid; `null` where there are none. As in Keras,
   * the cross-entropies prefer them whichever of the two it is: they neither round to 0 nor saturate.
   */
  readonly logits: Tensor2D | null;
}

/** Loss of each image of a batch; `labels` has a row of class probabilities for each. */
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

/**
 * Keras' BinaryCrossentropy, the mean over the classes; its smoothing goes towards 1/2
 * (keras/src/losses/losses.py).
 */
export const binaryCrossentropy: Loss = (labels, { probabilities, logits }, { labelSmoothing }) => {
  const yes = labels.mul(1 - labelSmoothing).add(0.5 * labelSmoothing);
  const no = yes.neg().add(1);
  if (logits) {
    return yes.mul(logits.neg().softplus()).add(no.mul(logits.softplus())).mean<Tensor1D>(-1);
  }
  const p = clipped(probabilities);
  const logLikelihood = yes.mul(p.log()).add(no.mul(p.neg().add(1).log()));
  return logLikelihood.mean<Tensor1D>(-1).neg();
};

/** Keras' CategoricalCrossentropy (keras/src/backend/tensorflow/nn.py). */
export const categoricalCrossentropy: Loss = (labels, { probabilities, logits }, config) => {
  const target = smoothed(labels, config);
  if (logits) return fromLogits(target, logits);
  return target.mul(normalized(probabilities).log()).sum<tf.Tensor1D>(-1).neg();
};

/** Labels get no gradient. */
function fromLogits(labels: tf.Tensor2D, logits: tf.Tensor2D): tf.Tensor1D {
  const compute = tf.customGrad((x, save) => {
    const own = runOwnKernel(CROSS_ENTROPY, { logits: x as tf.Tensor, labels });
    const [loss, slope] = own ?? inSteps(labels, x as tf.Tensor);
    (save as tf.GradSaveFunc)([slope as tf.Tensor]);
    const gradFunc = (dy: tf.Tensor, [slope]: tf.Tensor[]) =>
      dy.expandDims(-1).mul(slope as tf.Tensor);
    return { value: loss as tf.Tensor, gradFunc };
  });
  return compute(logits) as tf.Tensor1D;
}

/** The loss of each image, and its gradient. */
function inSteps(labels: tf.Tensor2D, logits: tf.Tensor): tf.Tensor[] {
  const loss = logits.logSumExp(-1).sub(labels.mul(logits).sum(-1));
  return [loss, logits.softmax().sub(labels)];
}

/** Lin et al. 2017; Keras' CategoricalFocalCrossentropy (keras/src/losses/losses.py). */
export const focal: Loss = (labels, { probabilities }, config) => {
  const p = normalized(probabilities);
  const crossentropy = smoothed(labels, config).mul(p.log()).neg();
  return p.neg().add(1).pow(config.gamma).mul(config.alpha).mul(crossentropy).sum(-1);
};

/** Keras' MeanSquaredError, over the classes; it knows no label smoothing. */
export const mse: Loss = (labels, { probabilities }) =>
  labels.squaredDifference(probabilities).mean(-1);

export const losses: Readonly<Record<LossConfig['name'], Loss>> = {
  categoricalCrossentropy,
  binaryCrossentropy,
  focal,
  mse,
};
