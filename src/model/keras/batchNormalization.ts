import * as tf from '@tensorflow/tfjs';

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
      const { mean, variance } = tf.moments(input, axesBut(input));
      follow(this.movingMean, mean, this.momentum);
      follow(this.movingVariance, variance, this.momentum);
      const deviation = variance.add(this.epsilon).sqrt();
      return normalize(input, { mean, deviation }, gamma, beta);
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

function axesBut({ shape }: tf.Tensor): number[] {
  return shape.map((_, axis) => axis).slice(0, -1);
}

/**
 * gamma · (x - mean) / deviation + beta, where mean and deviation are x's own. One gradient for all of
 * it (Ioffe and Szegedy 2015, section 3) passes over the pictures half as often as those of its parts.
 */
function normalize(
  input: tf.Tensor,
  batch: { readonly mean: tf.Tensor; readonly deviation: tf.Tensor },
  gamma: tf.Tensor,
  beta: tf.Tensor,
): tf.Tensor {
  const compute = tf.customGrad((x, gamma, beta, save) => {
    const scale = (gamma as tf.Tensor).div(batch.deviation);
    const value = (x as tf.Tensor).mul(scale).add((beta as tf.Tensor).sub(batch.mean.mul(scale)));
    (save as tf.GradSaveFunc)([x as tf.Tensor, scale, batch.mean, batch.deviation]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, scale, mean, deviation] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const axes = axesBut(x);
      const count = x.size / mean.size;
      const betaGradient = dy.sum(axes);
      const gammaGradient = dy.mul(x.sub(mean)).sum(axes).div(deviation);
      const slope = scale.mul(gammaGradient).div(deviation).div(-count);
      const offset = scale.mul(betaGradient).div(-count).sub(slope.mul(mean));
      return [dy.mul(scale).add(x.mul(slope)).add(offset), gammaGradient, betaGradient];
    };
    return { value, gradFunc };
  });
  return compute(input, gamma, beta);
}
