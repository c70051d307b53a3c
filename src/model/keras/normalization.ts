import * as tf from '@tensorflow/tfjs';
import {
  BATCH_NORM,
  BATCH_NORM_GRADIENT,
  runOptionalKernel,
} from '../../engine/optional-kernels.ts';

interface BatchNormalizationBase extends tf.layers.Layer {
  readonly gamma?: tf.LayerVariable;
  readonly beta?: tf.LayerVariable;
  readonly movingMean: tf.LayerVariable;
  readonly movingVariance: tf.LayerVariable;
  readonly momentum: number;
  readonly epsilon: number;
}

/** tfjs-layers exports the factory, not the class. */
const TfjsBatchNormalization = tf.layers.batchNormalization().constructor as (new (
  args?: Parameters<typeof tf.layers.batchNormalization>[0],
) => BatchNormalizationBase) &
  Pick<typeof tf.layers.Layer, 'fromConfig'>;

/**
 * Batch normalization as in Keras (keras/src/layers/normalization/batch_normalization.py), over all axes but the last. Unlike
 * in tfjs-layers, a frozen layer runs in inference mode and does not update its statistics, `center` and `scale` may be false
 * in training, and the moving variance is updated with the biased variance of the batch.
 */
export class BatchNormalization extends TfjsBatchNormalization {
  static readonly className = 'BatchNormalization';

  override call(
    inputs: tf.Tensor | tf.Tensor[],
    kwargs: { training?: boolean },
  ): tf.Tensor | tf.Tensor[] {
    const input = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
    return tf.tidy(() => {
      // The gradient of the operation needs both.
      const gamma = this.gamma?.read() ?? tf.onesLike(this.movingMean.read());
      const beta = this.beta?.read() ?? tf.zerosLike(gamma);
      if (!kwargs.training || !this.trainable) return this.#infer(input, gamma, beta);
      const { y, mean, variance } = normalizeBatch([input, gamma, beta], this.epsilon);
      updateMovingAverage(this.movingMean, mean, this.momentum);
      updateMovingAverage(this.movingVariance, variance, this.momentum);
      return y;
    });
  }

  #infer(input: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor {
    const [mean, variance] = [this.movingMean.read(), this.movingVariance.read()];
    return tf.batchNorm(
      input,
      mean as tf.Tensor1D,
      variance as tf.Tensor1D,
      beta as tf.Tensor1D,
      gamma as tf.Tensor1D,
      this.epsilon,
    );
  }
}
tf.serialization.registerClass(BatchNormalization);

/**
 * Keras' `Normalization`, which tfjs-layers does not have. It is a batch normalization that is never trained, and is saved as
 * one, so that tfjs can load it. The epsilon of 1e-14 replaces the lower bound of 1e-7 on the standard deviation in Keras.
 */
export class Normalization extends BatchNormalization {
  constructor({ name }: { readonly name: string }) {
    super({ name, center: false, scale: false, epsilon: 1e-14, trainable: false });
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    return super.call(inputs, { training: false });
  }

  /** Takes the weights of Keras: mean, variance and optionally count, which is not used. */
  override setWeights(weights: tf.Tensor[]): void {
    super.setWeights(weights.slice(0, 2));
  }
}

interface LayerNormalizationBase extends tf.layers.Layer {
  readonly gamma?: tf.LayerVariable;
  readonly beta?: tf.LayerVariable;
  readonly epsilon: number;
}

/** tfjs-layers exports the factory, not the class. */
const TfjsLayerNormalization = tf.layers.layerNormalization().constructor as (new (
  args?: Parameters<typeof tf.layers.layerNormalization>[0],
) => LayerNormalizationBase) &
  Pick<typeof tf.layers.Layer, 'fromConfig'>;

/** Layer normalization over the last axis. That of tfjs-layers has no gradient without `center` or without `scale`. */
export class LayerNormalization extends TfjsLayerNormalization {
  static readonly className = 'LayerNormalization';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const input = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
    return tf.tidy(() => {
      const { mean, variance } = tf.moments(input, -1, true);
      const normalized = input.sub(mean).div(variance.add(this.epsilon).sqrt());
      const scaled = this.gamma ? normalized.mul(this.gamma.read()) : normalized;
      return this.beta ? scaled.add(this.beta.read()) : scaled;
    });
  }
}
tf.serialization.registerClass(LayerNormalization);

function updateMovingAverage(
  statistic: tf.LayerVariable,
  value: tf.Tensor,
  momentum: number,
): void {
  statistic.write(
    statistic
      .read()
      .mul(momentum)
      .add(value.mul(1 - momentum)),
  );
}

type Inputs = readonly [x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor];

interface Normalized {
  readonly y: tf.Tensor;
  readonly mean: tf.Tensor;
  /** Biased. */
  readonly variance: tf.Tensor;
}

/**
 * The number of elements from which on the kernel of the engine is used. Smaller batches use several operations, which round
 * like those of Keras.
 */
const MIN_KERNEL_SIZE = 2 ** 18;

/**
 * Computes gamma · (x - mean) / √(variance + epsilon) + beta over all axes but the last. The gradient includes that of the mean
 * and the variance of x (Ioffe and Szegedy 2015, section 3).
 */
function normalizeBatch(inputs: Inputs, epsilon: number): Normalized {
  const [x] = inputs;
  const byKernel = normalizeByKernel(inputs, epsilon);
  const { mean, variance } = byKernel ?? tf.moments(x, allAxesButLast(x));
  const compute = tf.customGrad((x, gamma, beta, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor, gamma as tf.Tensor, mean, variance]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy, saved, epsilon);
    // A clone has no recorded gradient but this one.
    if (byKernel) return { value: byKernel.y.clone(), gradFunc };
    const scale = (gamma as tf.Tensor).mul(variance.add(epsilon).rsqrt());
    const value = (x as tf.Tensor).mul(scale).add((beta as tf.Tensor).sub(mean.mul(scale)));
    return { value, gradFunc };
  });
  return { y: compute(...inputs), mean, variance };
}

/** Normalizes large batches of images; returns `null` for others, or if the engine has no kernel. */
function normalizeByKernel([x, gamma, beta]: Inputs, epsilon: number): Normalized | null {
  if (x.rank !== 4 || x.size < MIN_KERNEL_SIZE) return null;
  const outputs = runOptionalKernel(BATCH_NORM, { x, gamma, beta }, { epsilon });
  if (!outputs) return null;
  const [y, mean, unbiased] = outputs as [tf.Tensor, tf.Tensor, tf.Tensor];
  const count = x.size / mean.size;
  return { y, mean, variance: unbiased.mul((count - 1) / count) };
}

/** Returns the gradients of x, gamma and beta. */
function gradients(dy: tf.Tensor, saved: readonly tf.Tensor[], epsilon: number): tf.Tensor[] {
  const [x, gamma, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const inputs = { dy, x, gamma, mean, variance };
  const byKernel =
    x.rank === 4 ? runOptionalKernel(BATCH_NORM_GRADIENT, inputs, { epsilon }) : null;
  if (byKernel) return byKernel;
  const axes = allAxesButLast(x);
  const count = x.size / mean.size;
  const deviation = variance.add(epsilon).sqrt();
  const scale = gamma.div(deviation);
  const dBeta = dy.sum(axes);
  const centered = x.sub(mean);
  const dGamma = dy.mul(centered).sum(axes).div(deviation);
  const slope = dGamma.div(deviation).div(count);
  const dx = dy.sub(dBeta.div(count)).sub(centered.mul(slope)).mul(scale);
  return [dx, dGamma, dBeta];
}

function allAxesButLast({ shape }: tf.Tensor): number[] {
  return shape.map((_, axis) => axis).slice(0, -1);
}
