import * as tf from '@tensorflow/tfjs';
import { type Metric, ratio } from './metric.ts';

/** Of the true classes, the part given a probability above 1/2 (Keras' Recall). */
export const recall: Metric = {
  sums(labels, probabilities) {
    const true_ = labels.cast('bool');
    const found = probabilities.greater(0.5).logicalAnd(true_);
    return tf.stack([found.sum(), true_.sum()]) as tf.Tensor1D;
  },
  value: ([found = 0, all = 0]) => ratio(found, all),
};
