import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { CROSS_ENTROPY, runOptionalKernel } from '../engine/optional-kernels.ts';
import type { LossConfig } from '../experiment/experiment.ts';

/** The output of a model for a batch, `[images, classes]`. */
export interface Predictions {
  readonly probabilities: Tensor2D;
  /**
   * The values before the last layer's softmax or sigmoid; `null` without such an activation. As in Keras,
   * the cross-entropies use them if they exist: they neither round to 0 nor saturate.
   */
  readonly logits: Tensor2D | null;
}

/** Computes the loss of each image of a batch. `labels` has one row of class probabilities for each image. */
export type Loss = (labels: Tensor2D, predictions: Predictions, config: LossConfig) => Tensor1D;

/** `keras.config.epsilon()`. */
const EPSILON = 1e-7;

/** Clips probabilities, so that their logarithms are finite. */
function clip(probabilities: Tensor): Tensor {
  return probabilities.clipByValue(EPSILON, 1 - EPSILON);
}

/** Divides each row by its sum and clips it, as Keras' categorical losses do. */
function normalize(probabilities: Tensor2D): Tensor {
  return clip(probabilities.div(probabilities.sum(-1, true)));
}

/** Moves labels by `labelSmoothing` towards the uniform distribution over the classes. */
function smooth(labels: Tensor2D, { labelSmoothing }: LossConfig): Tensor2D {
  if (labelSmoothing === 0) return labels;
  return labels.mul(1 - labelSmoothing).add(labelSmoothing / labels.shape[1]);
}

/** Keras' BinaryCrossentropy: the mean over the classes, smoothed towards 1/2 (keras/src/losses/losses.py). */
const binaryCrossentropy: Loss = (labels, { probabilities, logits }, { labelSmoothing }) => {
  const yes = labels.mul(1 - labelSmoothing).add(0.5 * labelSmoothing);
  const no = yes.neg().add(1);
  if (logits) {
    return yes.mul(logits.neg().softplus()).add(no.mul(logits.softplus())).mean<Tensor1D>(-1);
  }
  const p = clip(probabilities);
  const logLikelihood = yes.mul(p.log()).add(no.mul(p.neg().add(1).log()));
  return logLikelihood.mean<Tensor1D>(-1).neg();
};

/** Keras' CategoricalCrossentropy (keras/src/backend/tensorflow/nn.py). */
const categoricalCrossentropy: Loss = (labels, { probabilities, logits }, config) => {
  const target = smooth(labels, config);
  if (logits) return fromLogits(target, logits);
  return target.mul(normalize(probabilities).log()).sum<tf.Tensor1D>(-1).neg();
};

/** Computes the cross-entropy from logits. Labels get no gradient. */
function fromLogits(labels: tf.Tensor2D, logits: tf.Tensor2D): tf.Tensor1D {
  const compute = tf.customGrad((x, save) => {
    const results = runOptionalKernel(CROSS_ENTROPY, { logits: x as tf.Tensor, labels });
    const [loss, gradient] = results ?? lossAndGradient(labels, x as tf.Tensor);
    (save as tf.GradSaveFunc)([gradient as tf.Tensor]);
    const gradFunc = (dy: tf.Tensor, [gradient]: tf.Tensor[]) =>
      dy.expandDims(-1).mul(gradient as tf.Tensor);
    return { value: loss as tf.Tensor, gradFunc };
  });
  return compute(logits) as tf.Tensor1D;
}

/** Returns the loss of each image and its gradient, without the engine's own kernel. */
function lossAndGradient(labels: tf.Tensor2D, logits: tf.Tensor): tf.Tensor[] {
  const loss = logits.logSumExp(-1).sub(labels.mul(logits).sum(-1));
  return [loss, logits.softmax().sub(labels)];
}

/** The focal loss (Lin et al. 2017): Keras' CategoricalFocalCrossentropy (keras/src/losses/losses.py). */
const focal: Loss = (labels, { probabilities }, config) => {
  const p = normalize(probabilities);
  const crossentropy = smooth(labels, config).mul(p.log()).neg();
  return p.neg().add(1).pow(config.gamma).mul(config.alpha).mul(crossentropy).sum(-1);
};

/** Keras' MeanSquaredError over the classes. It has no label smoothing. */
const mse: Loss = (labels, { probabilities }) => labels.squaredDifference(probabilities).mean(-1);

/** All losses, by their names in experiment files. */
export const losses: Readonly<Record<LossConfig['name'], Loss>> = {
  categoricalCrossentropy,
  binaryCrossentropy,
  focal,
  mse,
};
