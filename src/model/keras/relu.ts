import * as tf from '@tensorflow/tfjs';

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
