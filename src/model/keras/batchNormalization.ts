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
    if (!kwargs.training || !this.trainable) return super.call(inputs, { training: false });
    const input = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
    return tf.tidy(() => {
      const axes = input.shape.map((_, axis) => axis).slice(0, -1);
      const { mean, variance } = tf.moments(input, axes);
      follow(this.movingMean, mean, this.momentum);
      follow(this.movingVariance, variance, this.momentum);
      const scale = variance.add(this.epsilon).rsqrt();
      const normalized = input.sub(mean).mul(this.gamma ? scale.mul(this.gamma.read()) : scale);
      return this.beta ? normalized.add(this.beta.read()) : normalized;
    });
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
