import * as tf from '@tensorflow/tfjs';
import { AttrType } from '../attributes.ts';
import type { Binding } from '../binding.ts';
import { DType } from '../dtypes.ts';
import { isFloat, type OwnKernel } from './own-kernel.ts';

const type = (name: string, value: number) => ({ name, type: AttrType.type, value });

/** In compiled functions, where indices have no values yet that tfjs-node could look at; TensorFlow does. */
export const gather: OwnKernel = {
  name: tf.GatherV2,
  run(backend, inputs, attributes) {
    const { x, indices } = inputs as Record<'x' | 'indices', tf.Tensor>;
    const { axis, batchDims } = attributes as { axis: number; batchDims: number };
    const { recording } = (backend as unknown as { readonly binding: Binding }).binding;
    if (!recording || !isFloat(x) || indices.dtype !== 'int32') return null;
    const at = tf.scalar(axis, 'int32');
    const attrs = [
      { name: 'batch_dims', type: AttrType.int, value: batchDims },
      type('Tparams', DType.float32),
      type('Tindices', DType.int32),
      type('Taxis', DType.int32),
    ];
    const gathered = backend.executeSingleOutput('GatherV2', attrs, [x, indices, at]);
    at.dispose();
    return gathered;
  },
};
