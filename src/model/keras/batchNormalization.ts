import * as tf from '@tensorflow/tfjs';
import { normalizeBatch } from './normalize-batch.ts';

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
