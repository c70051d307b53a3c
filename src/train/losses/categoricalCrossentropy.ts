import * as tf from '@tensorflow/tfjs';
import { type Loss, normalized, smoothed } from './loss.ts';

/** Keras' CategoricalCrossentropy (keras/src/backend/tensorflow/nn.py). */
export const categoricalCrossentropy: Loss = (labels, { probabilities, logits }, config) => {
  const target = smoothed(labels, config);
  if (logits) {
    return tf.losses.softmaxCrossEntropy(target, logits, undefined, 0, tf.Reduction.NONE);
  }
  return target.mul(normalized(probabilities).log()).sum<tf.Tensor1D>(-1).neg();
};
