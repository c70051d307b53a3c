import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { MetricConfig } from '../experiment/experiment.ts';

/**
 * A figure of merit over an epoch, made of sums over its images, so that it is exact however the
 * images are cut into batches.
 */
export interface Metric {
  /** A batch's part of the sums. Both `[images, classes]`; labels are rows of class probabilities. */
  sums(labels: Tensor2D, probabilities: Tensor2D): Tensor1D;
  /** The metric, from the sums over all of `images`. */
  value(sums: Float64Array, images: number): number;
}

/** As Keras' `divide_no_nan`. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Part of the images whose most probable class is right (Keras' CategoricalAccuracy). */
export const accuracy: Metric = {
  sums: (labels, probabilities) => labels.argMax(-1).equal(probabilities.argMax(-1)).sum().as1D(),
  value: ([right = 0], images) => right / images,
};

const THRESHOLDS = 200;

/** How many values lie above each threshold, from how many lie in each bucket. */
function above(buckets: Float64Array): Float64Array {
  let sum = 0;
  return buckets.map((_, i) => (sum += buckets.at(-1 - i) as number)).reverse();
}

/**
 * Area under the ROC curve over all pairs of image and class (one against the rest, micro-averaged),
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

/**
 * F1 of each class, from the most probable class of each image, averaged over the classes that occur
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

/** Mean squared difference of probabilities and labels (Keras' MeanSquaredError). */
export const mse: Metric = {
  sums: (labels, probabilities) => labels.squaredDifference(probabilities).mean(-1).sum().as1D(),
  value: ([sum = 0], images) => sum / images,
};

/** Of the classes given a probability above 1/2, the part that is right (Keras' Precision). */
export const precision: Metric = {
  sums(labels, probabilities) {
    const said = probabilities.greater(0.5);
    return tf.stack([said.logicalAnd(labels.cast('bool')).sum(), said.sum()]) as tf.Tensor1D;
  },
  value: ([right = 0, said = 0]) => ratio(right, said),
};

/** Of the true classes, the part given a probability above 1/2 (Keras' Recall). */
export const recall: Metric = {
  sums(labels, probabilities) {
    const true_ = labels.cast('bool');
    const found = probabilities.greater(0.5).logicalAnd(true_);
    return tf.stack([found.sum(), true_.sum()]) as tf.Tensor1D;
  },
  value: ([found = 0, all = 0]) => ratio(found, all),
};

/**
 * Part of the images whose class is among the `k` most probable; classes as probable as the k-th count
 * among them (Keras' TopKCategoricalAccuracy).
 */
export const topK = (k: number): Metric => ({
  sums(labels, probabilities) {
    const truth = tf.oneHot(labels.argMax(-1), labels.shape[1]);
    const ofTruth = probabilities.mul(truth).sum(-1, true);
    return probabilities.greater(ofTruth).sum(-1).less(k).sum().as1D();
  },
  value: ([right = 0], images) => right / images,
});

export const metrics: Readonly<Record<MetricConfig['name'], (config: MetricConfig) => Metric>> = {
  accuracy: () => accuracy,
  topK: ({ k }) => topK(k ?? 5),
  mse: () => mse,
  auc: () => auc,
  precision: () => precision,
  recall: () => recall,
  f1: () => f1,
};
