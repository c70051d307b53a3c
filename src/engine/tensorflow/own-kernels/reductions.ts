import * as tf from '@tensorflow/tfjs';
import { AttrType } from '../attributes.ts';
import type { Binding } from '../binding.ts';
import { DType } from '../dtypes.ts';
import { FLOAT, isFloat, NHWC, type OwnKernel } from './own-kernel.ts';

interface Attributes {
  readonly axis: number | number[];
  readonly keepDims: boolean;
}

/** Whether it goes over all axes of images but the last: `BiasAddGrad` does that twice as fast as `Sum` and `Mean`. */
function isOfChannels(x: tf.Tensor, { axis }: Attributes): boolean {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  return isFloat(x) && x.size > 0 && x.rank === 4 && axes.length === 3 && !axes.includes(3);
}

/** As for the gradient of a convolution's bias. */
const sum: OwnKernel = {
  name: tf.Sum,
  run(backend, inputs, attributes: Attributes) {
    const { x } = inputs as Record<'x', tf.Tensor>;
    if (attributes.keepDims || !isOfChannels(x, attributes)) return null;
    return backend.executeSingleOutput('BiasAddGrad', [...FLOAT, NHWC], [x]);
  },
};

/** As for batch normalization. */
const mean: OwnKernel = {
  name: tf.Mean,
  run(_, inputs, attributes: Attributes) {
    const { x } = inputs as Record<'x', tf.Tensor4D>;
    if (!isOfChannels(x, attributes)) return null;
    return tf.tidy(() => {
      const means = x.sum([0, 1, 2]).mul(x.shape[3] / x.size);
      return attributes.keepDims ? means.reshape([1, 1, 1, -1]) : means;
    });
  },
};

export const sumsOfChannels: readonly OwnKernel[] = [sum, mean];

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
