import type * as tf from '@tensorflow/tfjs';
import { BatchNormalization } from './batchNormalization.ts';

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
