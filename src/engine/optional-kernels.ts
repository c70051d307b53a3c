import * as tf from '@tensorflow/tfjs';

// Names of kernels that tfjs does not define. An engine may register them for its backend. Without them, the callers
// compute the same with operations of tfjs.

export const BATCH_NORM = 'TrainingBatchNorm';
export const BATCH_NORM_GRADIENT = 'TrainingBatchNormGrad';
/** Draws float32 in [0, 1) that depend on the attributes `shape` and `seed` alone. */
export const RANDOM_UNIFORM = 'SeededUniform';
/** Draws from a standard normal distribution truncated at ±2; attributes as above. */
export const RANDOM_TRUNCATED_NORMAL = 'SeededTruncatedNormal';
export const CROSS_ENTROPY = 'SoftmaxCrossEntropy';

/** Runs a kernel of the current backend; returns `null` if it has none of that name. */
export function runOptionalKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: { readonly [name: string]: number | number[] } = {},
): tf.Tensor[] | null {
  if (!tf.getKernel(name, tf.getBackend())) return null;
  const outputs = tf.engine().runKernel(name, { ...inputs }, { ...attributes });
  return outputs as unknown as tf.Tensor[];
}
