import * as tf from '@tensorflow/tfjs';

/**
 * Kernels that tfjs has no names for. An engine may register them for its backend; where it does not, what
 * needs them does the same by operations of tfjs.
 */
export const BATCH_NORM = 'TrainingBatchNorm';
export const BATCH_NORM_GRADIENT = 'TrainingBatchNormGrad';
export const CROSS_ENTROPY = 'SoftmaxCrossEntropy';

/** What a kernel of the current backend gives; `null` where it has none of that name. */
export function runOwnKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: { readonly [name: string]: number } = {},
): tf.Tensor[] | null {
  if (!tf.getKernel(name, tf.getBackend())) return null;
  const outputs = tf.engine().runKernel(name, { ...inputs }, { ...attributes });
  return outputs as unknown as tf.Tensor[];
}
