import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { MetricConfig } from '../experiment/experiment.ts';

/** A metric over an epoch, computed from sums over its images. It does not depend on the batch size. */
export interface Metric {
  /** Returns the sums over a batch. Both inputs are `[images, classes]`; labels are class probabilities. */
  sums(labels: Tensor2D, probabilities: Tensor2D): Tensor1D;
  /** Returns the metric, from the sums over all `images`. */
  value(sums: Float64Array, images: number): number;
}

/** Divides; 0 if the divisor is 0, as Keras' `divide_no_nan`. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** The fraction of images whose most probable class is the true one (Keras' CategoricalAccuracy). */
const accuracy: Metric = {
  sums: (labels, probabilities) => labels.argMax(-1).equal(probabilities.argMax(-1)).sum().as1D(),
  value: ([correct = 0], images) => correct / images,
};

const THRESHOLDS = 200;

/** Counts the values above each threshold, from the counts in the buckets between thresholds. */
function countAbove(buckets: Float64Array): Float64Array {
  let sum = 0;
  return buckets.map((_, i) => (sum += buckets.at(-1 - i) as number)).reverse();
}

/**
 * The area under the ROC curve over all pairs of image and class (one against the rest, micro-averaged),
 * by trapezoids between 200 thresholds: Keras' `AUC()` on one-hot labels
 * (keras/src/metrics/confusion_metrics.py).
 */
const auc: Metric = {
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
    const truePositives = countAbove(sums.subarray(0, THRESHOLDS));
    const falsePositives = countAbove(sums.subarray(THRESHOLDS));
    const recall = truePositives.map((n) => ratio(n, truePositives[0] as number));
    const fallOut = falsePositives.map((n) => ratio(n, falsePositives[0] as number));
    return recall.slice(1).reduce((area, y, i) => {
      const height = (y + (recall[i] as number)) / 2;
      return area + ((fallOut[i] as number) - (fallOut[i + 1] as number)) * height;
    }, 0);
  },
};

/**
 * The F1 score of the most probable classes, averaged over the classes that occur among labels or
 * predictions: scikit-learn's `f1_score(average='macro')`.
 */
const f1: Metric = {
  sums(labels, probabilities) {
    const classes = labels.shape[1];
    const truth = tf.oneHot(labels.argMax(-1), classes);
    const predicted = tf.oneHot(probabilities.argMax(-1), classes);
    return tf.concat1d(
      [truth.mul(predicted), truth, predicted].map((rows) => rows.sum<tf.Tensor1D>(0)),
    );
  },
  value(sums) {
    const classes = sums.length / 3;
    const scores = Array.from(sums.subarray(0, classes), (correct, i) => {
      const both = (sums[classes + i] as number) + (sums[2 * classes + i] as number);
      return { score: ratio(2 * correct, both), occurs: both > 0 };
    }).filter(({ occurs }) => occurs);
    return ratio(
      scores.reduce((sum, { score }) => sum + score, 0),
      scores.length,
    );
  },
};

/** The mean squared difference of probabilities and labels (Keras' MeanSquaredError). */
const mse: Metric = {
  sums: (labels, probabilities) => labels.squaredDifference(probabilities).mean(-1).sum().as1D(),
  value: ([sum = 0], images) => sum / images,
};

/** The fraction of true classes among the classes with a probability above 1/2 (Keras' Precision). */
const precision: Metric = {
  sums(labels, probabilities) {
    const predicted = probabilities.greater(0.5);
    const correct = predicted.logicalAnd(labels.cast('bool'));
    return tf.stack([correct.sum(), predicted.sum()]) as tf.Tensor1D;
  },
  value: ([correct = 0, predicted = 0]) => ratio(correct, predicted),
};

/** The fraction of the true classes with a probability above 1/2 (Keras' Recall). */
const recall: Metric = {
  sums(labels, probabilities) {
    const truth = labels.cast('bool');
    const correct = probabilities.greater(0.5).logicalAnd(truth);
    return tf.stack([correct.sum(), truth.sum()]) as tf.Tensor1D;
  },
  value: ([correct = 0, all = 0]) => ratio(correct, all),
};

/**
 * The fraction of images whose true class is among the `k` most probable ones. Classes as probable as the
 * k-th also count (Keras' TopKCategoricalAccuracy).
 */
const topK = (k: number): Metric => ({
  sums(labels, probabilities) {
    const truth = tf.oneHot(labels.argMax(-1), labels.shape[1]);
    const probability = probabilities.mul(truth).sum(-1, true);
    return probabilities.greater(probability).sum(-1).less(k).sum().as1D();
  },
  value: ([correct = 0], images) => correct / images,
});

/** The computation of each metric, by its name in experiment files. */
export const metrics: Readonly<Record<MetricConfig['name'], (config: MetricConfig) => Metric>> = {
  accuracy: () => accuracy,
  topK: ({ k }) => topK(k as number),
  mse: () => mse,
  auc: () => auc,
  precision: () => precision,
  recall: () => recall,
  f1: () => f1,
};
