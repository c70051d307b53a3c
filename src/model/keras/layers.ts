import * as tf from '@tensorflow/tfjs';
import { BatchNormalization } from './batchNormalization.ts';

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

/**
 * Keras' `Normalization`, for which tfjs-layers has no class: a batch normalization that never learns,
 * and that is saved as one, so that plain tfjs loads it. An epsilon of 1e-14 stands for Keras' lower
 * bound of 1e-7 on the deviation. Keras' third weight, `count`, has no part in the arithmetic.
 */
export class Normalization extends BatchNormalization {
  constructor({ name }: { readonly name: string }) {
    super({ name, center: false, scale: false, epsilon: 1e-14, trainable: false });
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    return super.call(inputs, { training: false });
  }

  /** Takes Keras' three weights: mean, variance, count; or the first two. */
  override setWeights(weights: tf.Tensor[]): void {
    super.setWeights(weights.slice(0, 2));
  }
}

/** tfjs-layers exports the factory, not the class. */
const TfjsReLU = tf.layers.reLU().constructor as (new (
  args?: Parameters<typeof tf.layers.reLU>[0],
) => tf.layers.Layer & { readonly maxValue?: number }) &
  Pick<typeof tf.layers.Layer, 'fromConfig'>;

/** ReLU6 as one operation with one gradient, where tfjs-layers makes it of ReLU and a clip. */
export class ReLU extends TfjsReLU {
  static readonly className = 'ReLU';

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor | tf.Tensor[] {
    if (this.maxValue !== 6) return super.call(inputs, kwargs);
    return tf.relu6(Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs);
  }
}
tf.serialization.registerClass(ReLU);
