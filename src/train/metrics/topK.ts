import * as tf from '@tensorflow/tfjs';
import type { Metric } from './metric.ts';

/**
 * Part of the pictures whose class is among the `k` most probable; classes as probable as the k-th count
 * among them (Keras' TopKCategoricalAccuracy).
 */
export const topK = (k: number): Metric => ({
  sums(labels, probabilities) {
    const truth = tf.oneHot(labels.argMax(-1), labels.shape[1]);
    const ofTruth = probabilities.mul(truth).sum(-1, true);
    return probabilities.greater(ofTruth).sum(-1).less(k).sum().as1D();
  },
  value: ([right = 0], pictures) => right / pictures,
});
