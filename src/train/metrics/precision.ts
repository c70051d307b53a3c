import * as tf from '@tensorflow/tfjs';
import { type Metric, ratio } from './metric.ts';

/** Of the classes given a probability above 1/2, the part that is right (Keras' Precision). */
export const precision: Metric = {
  sums(labels, probabilities) {
    const said = probabilities.greater(0.5);
    return tf.stack([said.logicalAnd(labels.cast('bool')).sum(), said.sum()]) as tf.Tensor1D;
  },
  value: ([right = 0, said = 0]) => ratio(right, said),
};
