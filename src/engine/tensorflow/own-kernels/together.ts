import type * as tf from '@tensorflow/tfjs';
import { AttrType } from '../attributes.ts';
import { DType } from '../dtypes.ts';
import type { NodeJSKernelBackend } from '../kernels.ts';
import type { TFEOpAttr } from './own-kernel.ts';

/**
 * The same tensors of float32, none of which is there before all are. In a compiled function TensorFlow otherwise does
 * what takes one of them as early as it can, and holds the result until the others come.
 */
export function together<T extends readonly tf.Tensor[]>(
  backend: NodeJSKernelBackend,
  ...tensors: T
): T {
  const types = tensors.map(() => DType.float32);
  // tfjs-node's type of attributes has no lists.
  const attribute = { name: 'T', type: AttrType.type, value: types } as unknown as TFEOpAttr;
  const outputs = backend.executeMultipleOutputs(
    'IdentityN',
    [attribute],
    [...tensors],
    types.length,
  );
  return outputs as unknown as T;
}
