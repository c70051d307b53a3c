import type * as tf from '@tensorflow/tfjs';
import { AttrType } from '../attributes.ts';
import { FLOAT, isFloat, type OwnKernel } from './own-kernel.ts';

/**
 * A product of two matrices, where tfjs-node runs that of two batches of matrices: TensorFlow fuses only
 * this one with bias and activation.
 */
export const matMul: OwnKernel = {
  name: 'BatchMatMul',
  run(backend, inputs, attributes) {
    const { a, b } = inputs as Record<'a' | 'b', tf.Tensor>;
    if (a.rank !== 2 || b.rank !== 2 || !isFloat(a, b)) return null;
    const { transposeA, transposeB } = attributes as Record<'transposeA' | 'transposeB', boolean>;
    const transposes = [
      { name: 'transpose_a', type: AttrType.bool, value: transposeA },
      { name: 'transpose_b', type: AttrType.bool, value: transposeB },
    ];
    return backend.executeSingleOutput('MatMul', [...FLOAT, ...transposes], [a, b]);
  },
};
