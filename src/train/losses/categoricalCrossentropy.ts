import * as tf from '@tensorflow/tfjs';
import { CROSS_ENTROPY, runOwnKernel } from '../../engine/kernel-names.ts';
import { type Loss, normalized, smoothed } from './loss.ts';

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

/** The loss of each picture, and its gradient. */
function inSteps(labels: tf.Tensor2D, logits: tf.Tensor): tf.Tensor[] {
  const loss = logits.logSumExp(-1).sub(labels.mul(logits).sum(-1));
  return [loss, logits.softmax().sub(labels)];
}
