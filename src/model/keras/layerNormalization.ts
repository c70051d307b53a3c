import * as tf from '@tensorflow/tfjs';

interface Base extends tf.layers.Layer {
  readonly gamma?: tf.LayerVariable;
  readonly beta?: tf.LayerVariable;
  readonly epsilon: number;
}

type Args = Parameters<typeof tf.layers.layerNormalization>[0];

/** tfjs-layers exports the factory, not the class. */
const TfjsLayerNormalization = tf.layers.layerNormalization().constructor as (new (
  args?: Args,
) => Base) &
  Pick<typeof tf.layers.Layer, 'fromConfig'>;

/** Over the last axis, as in Keras; tfjs' own has no gradient without `center` or without `scale`. */
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
