import * as tf from '@tensorflow/tfjs';
import type { Precision } from '../../../experiment/experiment.ts';
import { AttrType, DType } from '../attributes.ts';
import type { Binding } from '../backend.ts';
import { FLOAT, isFloat, NHWC, type OwnKernel } from './own-kernel.ts';

interface Attributes {
  readonly axis: number | number[];
  readonly keepDims: boolean;
}

/** Returns `true` for reductions of all axes of images but the channels. `BiasAddGrad` is twice as fast as `Sum` and `Mean`. */
function keepsChannelsOnly(x: tf.Tensor, { axis }: Attributes): boolean {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  return isFloat(x) && x.size > 0 && x.rank === 4 && axes.length === 3 && !axes.includes(3);
}

/** Computes, for example, the gradient of the bias of a convolution. */
const sum: OwnKernel = {
  name: tf.Sum,
  run(backend, inputs, attributes: Attributes) {
    const { x } = inputs as Record<'x', tf.Tensor>;
    if (attributes.keepDims || !keepsChannelsOnly(x, attributes)) return null;
    return backend.executeSingleOutput('BiasAddGrad', [...FLOAT, NHWC], [x]);
  },
};

/** Computes, for example, the mean for a batch normalization. In bfloat16 only `Mean` stays float32. */
const mean = (precision: () => Precision): OwnKernel => ({
  name: tf.Mean,
  run(_, inputs, attributes: Attributes) {
    const { x } = inputs as Record<'x', tf.Tensor4D>;
    // The kernel of tfjs-node casts them, but states the former type.
    if (!isFloat(x)) return tf.tidy(() => x.toFloat().mean(attributes.axis, attributes.keepDims));
    if (precision() !== 'float32' || !keepsChannelsOnly(x, attributes)) return null;
    return tf.tidy(() => {
      const means = x.sum([0, 1, 2]).mul(x.shape[3] / x.size);
      return attributes.keepDims ? means.reshape([1, 1, 1, -1]) : means;
    });
  },
});

/** @param precision returns the precision of the function that is being recorded */
export const channelReductions = (precision: () => Precision): OwnKernel[] => [
  sum,
  mean(precision),
];

/**
 * Multiplies two matrices with `MatMul`, which TensorFlow fuses with a bias and an activation. tfjs-node uses the
 * operation for batches of matrices, which is not fused.
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

/** Gathers within compiled functions. The kernel of tfjs-node reads the indices, which have no values there. */
export const gather: OwnKernel = {
  name: tf.GatherV2,
  run(backend, inputs, attributes) {
    const { x, indices } = inputs as Record<'x' | 'indices', tf.Tensor>;
    const { axis, batchDims } = attributes as { axis: number; batchDims: number };
    const { recording } = (backend as unknown as { readonly binding: Binding }).binding;
    if (!recording || !isFloat(x) || indices.dtype !== 'int32') return null;
    const axisTensor = tf.scalar(axis, 'int32');
    const gatherAttributes = [
      { name: 'batch_dims', type: AttrType.int, value: batchDims },
      { name: 'Tparams', type: AttrType.type, value: DType.float32 },
      { name: 'Tindices', type: AttrType.type, value: DType.int32 },
      { name: 'Taxis', type: AttrType.type, value: DType.int32 },
    ];
    const gathered = backend.executeSingleOutput('GatherV2', gatherAttributes, [
      x,
      indices,
      axisTensor,
    ]);
    axisTensor.dispose();
    return gathered;
  },
};
