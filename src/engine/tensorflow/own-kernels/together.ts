import type * as tf from '@tensorflow/tfjs';
import { AttrType } from '../attributes.ts';
import { DType } from '../dtypes.ts';
import type { NodeJSKernelBackend } from '../kernels.ts';

/**
 * The same tensors of float32, none of which is there before all are. Within a compiled function TensorFlow else does
 * what takes one of them as soon as it can, and holds the result until the others come.
 */
export function together<T extends readonly tf.Tensor[]>(
  backend: NodeJSKernelBackend,
  ...tensors: T
): T {
  const types = { name: 'T', type: AttrType.type, value: tensors.map(() => DType.float32) };
  // Typed as one number; a list of types takes a list.
  const attributes = [types] as unknown as Parameters<typeof backend.executeMultipleOutputs>[1];
  return backend.executeMultipleOutputs(
    'IdentityN',
    attributes,
    [...tensors],
    tensors.length,
  ) as unknown as T;
}
