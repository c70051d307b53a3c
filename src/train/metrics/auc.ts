import * as tf from '@tensorflow/tfjs';
import { type Metric, ratio } from './metric.ts';

const THRESHOLDS = 200;

/** How many values lie above each threshold, from how many lie in each bucket. */
function above(buckets: Float64Array): Float64Array {
  let sum = 0;
  return buckets.map((_, i) => (sum += buckets.at(-1 - i) as number)).reverse();
}

/**
 * Area under the ROC curve over all pairs of picture and class (one against the rest, micro-averaged),
 * by trapezoids between 200 thresholds: Keras' `AUC()` on one-hot labels
 * (keras/src/metrics/confusion_metrics.py).
 */
export const auc: Metric = {
  sums(labels, probabilities) {
    const positive = labels.flatten().cast('bool').toFloat() as tf.Tensor1D;
    const bucket = probabilities
      .flatten()
      .clipByValue(0, 1)
      .mul(THRESHOLDS - 1)
      .ceil()
      .sub(1)
      .relu()
      .toInt() as tf.Tensor1D;
    return tf.concat1d([
      tf.unsortedSegmentSum(positive, bucket, THRESHOLDS),
      tf.unsortedSegmentSum(tf.sub<tf.Tensor1D>(1, positive), bucket, THRESHOLDS),
    ]);
  },
  value(sums) {
    const truePositives = above(sums.subarray(0, THRESHOLDS));
    const falsePositives = above(sums.subarray(THRESHOLDS));
    const recall = truePositives.map((n) => ratio(n, truePositives[0] as number));
    const fallOut = falsePositives.map((n) => ratio(n, falsePositives[0] as number));
    return recall.slice(1).reduce((area, y, i) => {
      const height = (y + (recall[i] as number)) / 2;
      return area + ((fallOut[i] as number) - (fallOut[i + 1] as number)) * height;
    }, 0);
  },
};
