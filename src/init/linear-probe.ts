import * as tf from '@tensorflow/tfjs';
import { draw, indicesByLabel } from '../data/split.ts';

/** The features of some images, one row each, and their labels. */
export interface LabelledFeatures {
  /** `[images, features]` */
  readonly features: tf.Tensor2D;
  readonly labels: Int32Array;
  readonly classCount: number;
}

/** Images to train and to test on, by their indices. */
export interface ProbeSplit {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Splits images into four fifths and one fifth of each class, once for each seed. A class of one image is only trained on. */
export function stratifiedSplits(
  { labels, classCount }: Omit<LabelledFeatures, 'features'>,
  seeds: readonly number[],
): ProbeSplit[] {
  const byLabel = indicesByLabel(labels, classCount);
  const shares = byLabel.map(({ length }) =>
    length < 2 ? 0 : Math.max(1, Math.round(length / 5)),
  );
  return seeds.map((seed) => {
    const { drawn, left } = draw(byLabel, shares, [seed, 'linear probe']);
    return { train: Int32Array.from(left.flat()), test: Int32Array.from(drawn.flat()) };
  });
}

/** Steps of Adam on all training images at once; after these, the accuracy hardly changes. */
const STEPS = 100;
const LEARNING_RATE = 0.003;
/** Weight of the sum of squared weights, beside the sum of the images' losses. With 30 times less, 1,600 images overfit. */
const PENALTY = 160;

/**
 * Trains a linear softmax classifier on standardized features, and returns its accuracy on the test images.
 *
 * @param changed other features of the images, e.g. of the mirrored ones: they add the accuracy on them.
 */
export async function probeAccuracies(
  { features, labels, classCount }: LabelledFeatures,
  split: ProbeSplit,
  changed?: tf.Tensor2D,
): Promise<number[]> {
  const labelsOf = (indices: Int32Array) => indices.map((index) => labels[index] as number);
  const measured = tf.tidy(() => {
    const x = features.gather<tf.Tensor2D>(split.train);
    const { mean, variance } = tf.moments(x, 0);
    const scale = variance.add(1e-6).rsqrt();
    const standardized = (all: tf.Tensor2D) => all.sub(mean).mul<tf.Tensor2D>(scale);
    const y = tf
      .oneHot(tf.tensor1d(labelsOf(split.train), 'int32'), classCount)
      .toFloat() as tf.Tensor2D;
    const { kernel, bias } = train(standardized(x), y);
    const truth = tf.tensor1d(labelsOf(split.test), 'int32');
    return (changed ? [features, changed] : [features]).map((all) => {
      const predicted = standardized(all.gather(split.test)).matMul(kernel).add(bias).argMax(-1);
      return predicted.equal(truth).toFloat().sum();
    });
  });
  const counts = await Promise.all(measured.map((correct) => correct.data()));
  tf.dispose(measured);
  return counts.map(([correct = 0]) => correct / split.test.length);
}

/** Fits `softmax(x · kernel + bias)` to the labels `y` by Adam. */
function train(x: tf.Tensor2D, y: tf.Tensor2D): { kernel: tf.Tensor2D; bias: tf.Tensor1D } {
  const [count, width] = x.shape;
  const classCount = y.shape[1];
  const weights = { kernel: tf.zeros([width, classCount]), bias: tf.zeros([classCount]) };
  const moments = Object.values(weights).map((weight) => ({
    mean: tf.zerosLike(weight),
    square: tf.zerosLike(weight),
  }));
  const xTransposed = x.transpose();
  let { kernel, bias } = weights as { kernel: tf.Tensor2D; bias: tf.Tensor1D };
  for (let step = 1; step <= STEPS; step++) {
    const error = x
      .matMul(kernel)
      .add<tf.Tensor2D>(bias)
      .softmax()
      .sub<tf.Tensor2D>(y)
      .div<tf.Tensor2D>(count);
    const gradients = [xTransposed.matMul(error).add(kernel.mul(PENALTY / count)), error.sum(0)];
    const [newKernel, newBias] = [kernel, bias].map((weight, i) => {
      const moment = moments[i] as { mean: tf.Tensor; square: tf.Tensor };
      const gradient = gradients[i] as tf.Tensor;
      moment.mean = moment.mean.mul(0.9).add(gradient.mul(0.1));
      moment.square = moment.square.mul(0.999).add(gradient.square().mul(0.001));
      const mean = moment.mean.div(1 - 0.9 ** step);
      const root = moment.square
        .div(1 - 0.999 ** step)
        .sqrt()
        .add(1e-7);
      return weight.sub(mean.div(root).mul(LEARNING_RATE));
    });
    [kernel, bias] = [newKernel as tf.Tensor2D, newBias as tf.Tensor1D];
  }
  return { kernel, bias };
}
