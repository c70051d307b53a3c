import * as tf from '@tensorflow/tfjs';
import {
  RANDOM_TRUNCATED_NORMAL,
  RANDOM_UNIFORM,
  runOptionalKernel,
} from '../../engine/optional-kernels.ts';

type Args = Parameters<typeof tf.initializers.varianceScaling>[0];

interface Base {
  readonly scale: number;
  readonly mode: 'fanIn' | 'fanOut' | 'fanAvg';
  readonly distribution: 'normal' | 'uniform' | 'truncatedNormal';
  readonly seed?: number;
  apply(shape: number[], dtype?: tf.DataType): tf.Tensor;
  getConfig(): tf.serialization.ConfigDict;
}

/** tfjs-layers exports the factory, not the class. */
const example = { scale: 1, mode: 'fanAvg', distribution: 'uniform' } as const;
const TfjsVarianceScaling = tf.initializers.varianceScaling(example).constructor as (new (
  args: Args,
) => Base) &
  tf.serialization.SerializableConstructor<tf.serialization.Serializable>;

/**
 * Draws initial weights by the engine if possible. tfjs-layers draws them one by one, which takes 0.25 s for VGG19, into arrays
 * that stay in memory until the next garbage collection.
 */
class VarianceScaling extends TfjsVarianceScaling {
  static override readonly className = 'VarianceScaling';

  override apply(shape: number[], dtype?: tf.DataType): tf.Tensor {
    // A bias has no fans.
    if (shape.length < 2) return super.apply(shape, dtype);
    const variance = this.scale / Math.max(1, fan(shape, this.mode));
    const isUniform = this.distribution === 'uniform';
    return tf.tidy(() => {
      const attributes = { shape, seed: this.seed ?? 0 };
      const kernel = isUniform ? RANDOM_UNIFORM : RANDOM_TRUNCATED_NORMAL;
      const drawn = runOptionalKernel(kernel, {}, attributes)?.[0];
      if (!drawn) return super.apply(shape, dtype);
      if (!isUniform) return drawn.mul(Math.sqrt(variance));
      const limit = Math.sqrt(3 * variance);
      return drawn.mul(2 * limit).sub(limit);
    });
  }
}
tf.serialization.registerClass(VarianceScaling);

/** Returns the fan as in `compute_fans` of Keras (keras/src/initializers/random_initializers.py). */
function fan(shape: readonly number[], mode: Base['mode']): number {
  const receptive = tf.util.sizeFromShape(shape.slice(0, -2));
  const [fanIn, fanOut] = shape.slice(-2).map((size) => size * receptive) as [number, number];
  return { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[mode];
}
