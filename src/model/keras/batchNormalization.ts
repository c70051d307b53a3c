import * as tf from '@tensorflow/tfjs';
import {
  BATCH_NORM,
  BATCH_NORM_GRADIENT,
  runOptionalKernel,
} from '../../engine/optional-kernels.ts';

interface Base extends tf.layers.Layer {
  readonly gamma?: tf.LayerVariable;
  readonly beta?: tf.LayerVariable;
  readonly movingMean: tf.LayerVariable;
  readonly movingVariance: tf.LayerVariable;
  readonly momentum: number;
  readonly epsilon: number;
}

type Args = Parameters<typeof tf.layers.batchNormalization>[0];

/** tfjs-layers exports the factory, not the class. */
const TfjsBatchNormalization = tf.layers.batchNormalization().constructor as (new (
  args?: Args,
) => Base) &
  Pick<typeof tf.layers.Layer, 'fromConfig'>;

/**
 * Keras' arithmetic (keras/src/layers/normalization/batch_normalization.py), over all axes but the
 * last: a frozen layer runs in inference mode and leaves its statistics alone, `center` and `scale` may
 * be false in training, and the moving variance follows the biased variance of the batch.
 */
export class BatchNormalization extends TfjsBatchNormalization {
  static readonly className = 'BatchNormalization';

  override call(
    inputs: tf.Tensor | tf.Tensor[],
    kwargs: { training?: boolean },
  ): tf.Tensor | tf.Tensor[] {
    const input = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
    return tf.tidy(() => {
      // What the operation's gradient cannot do without.
      const gamma = this.gamma?.read() ?? tf.onesLike(this.movingMean.read());
      const beta = this.beta?.read() ?? tf.zerosLike(gamma);
      if (!kwargs.training || !this.trainable) return this.#infer(input, gamma, beta);
      const { y, mean, variance } = normalizeBatch([input, gamma, beta], this.epsilon);
      follow(this.movingMean, mean, this.momentum);
      follow(this.movingVariance, variance, this.momentum);
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

function follow(statistic: tf.LayerVariable, value: tf.Tensor, momentum: number): void {
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
 * Numbers of a batch from which on the engine's one operation takes the place of several; those round as Keras' do,
 * which small batches can afford.
 */
const LEAST_SIZE = 2 ** 18;

/**
 * gamma · (x - mean) / √(variance + epsilon) + beta over all axes but the last, with one gradient for all of it
 * (Ioffe and Szegedy 2015, section 3), which takes into account that the statistics are x's own.
 */
export function normalizeBatch(inputs: Inputs, epsilon: number): Normalized {
  const [x] = inputs;
  const whole = byEngine(inputs, epsilon);
  const { mean, variance } = whole ?? tf.moments(x, axesBut(x));
  const compute = tf.customGrad((x, gamma, beta, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor, gamma as tf.Tensor, mean, variance]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy, saved, epsilon);
    // A clone, so that tfjs finds no way to x but this one.
    if (whole) return { value: whole.y.clone(), gradFunc };
    const scale = (gamma as tf.Tensor).mul(variance.add(epsilon).rsqrt());
    const value = (x as tf.Tensor).mul(scale).add((beta as tf.Tensor).sub(mean.mul(scale)));
    return { value, gradFunc };
  });
  return { y: compute(...inputs), mean, variance };
}

/** Large batches of images, where the engine has an operation for it. */
function byEngine([x, gamma, beta]: Inputs, epsilon: number): Normalized | null {
  if (x.rank !== 4 || x.size < LEAST_SIZE) return null;
  const outputs = runOptionalKernel(BATCH_NORM, { x, gamma, beta }, { epsilon });
  if (!outputs) return null;
  const [y, mean, unbiased] = outputs as [tf.Tensor, tf.Tensor, tf.Tensor];
  const count = x.size / mean.size;
  return { y, mean, variance: unbiased.mul((count - 1) / count) };
}

/** Of x, gamma and beta. */
function gradients(dy: tf.Tensor, saved: readonly tf.Tensor[], epsilon: number): tf.Tensor[] {
  const [x, gamma, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const inputs = { dy, x, gamma, mean, variance };
  const own = x.rank === 4 ? runOptionalKernel(BATCH_NORM_GRADIENT, inputs, { epsilon }) : null;
  if (own) return own;
  const axes = axesBut(x);
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

function axesBut({ shape }: tf.Tensor): number[] {
  return shape.map((_, axis) => axis).slice(0, -1);
}
