import * as tf from '@tensorflow/tfjs';

/**
 * Kernels that tfjs has no names for. An engine may register them for its backend; where it does not, what
 * needs them does the same by operations of tfjs.
 */
export const BATCH_NORM = 'TrainingBatchNorm';
export const BATCH_NORM_GRADIENT = 'TrainingBatchNormGrad';
/** Float32 of the attribute `shape` that depend on the attribute `seed` alone, in [0, 1). */
export const RANDOM_UNIFORM = 'SeededUniform';
/** The same, of a standard normal distribution that is cut off at ±2. */
export const RANDOM_TRUNCATED_NORMAL = 'SeededTruncatedNormal';
export const CROSS_ENTROPY = 'SoftmaxCrossEntropy';

/** What a kernel of the current backend gives; `null` where it has none of that name. */
export function runOwnKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: { readonly [name: string]: number | number[] } = {},
): tf.Tensor[] | null {
  if (!tf.getKernel(name, tf.getBackend())) return null;
  const outputs = tf.engine().runKernel(name, { ...inputs }, { ...attributes });
  return outputs as unknown as tf.Tensor[];
}
