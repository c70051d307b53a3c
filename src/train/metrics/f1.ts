import * as tf from '@tensorflow/tfjs';
import { type Metric, ratio } from './metric.ts';

/**
 * F1 of each class, from the most probable class of each picture, averaged over the classes that occur
 * among labels or predictions: scikit-learn's `f1_score(average='macro')`.
 */
export const f1: Metric = {
  sums(labels, probabilities) {
    const classes = labels.shape[1];
    const truth = tf.oneHot(labels.argMax(-1), classes);
    const said = tf.oneHot(probabilities.argMax(-1), classes);
    return tf.concat1d([truth.mul(said), truth, said].map((rows) => rows.sum<tf.Tensor1D>(0)));
  },
  value(sums) {
    const classes = sums.length / 3;
    const scores = Array.from(sums.subarray(0, classes), (right, i) => {
      const both = (sums[classes + i] as number) + (sums[2 * classes + i] as number);
      return { score: ratio(2 * right, both), occurs: both > 0 };
    }).filter(({ occurs }) => occurs);
    return ratio(
      scores.reduce((sum, { score }) => sum + score, 0),
      scores.length,
    );
  },
};
