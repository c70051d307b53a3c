import * as tf from '@tensorflow/tfjs';
import { BATCH_NORM, BATCH_NORM_GRADIENT } from '../../kernel-names.ts';
import { AttrType } from '../attributes.ts';
import { DType } from '../dtypes.ts';
import { NHWC, type OwnKernel, type TFEOpAttr } from './own-kernel.ts';

type Named<Name extends string> = Readonly<Record<Name, tf.Tensor>>;

const attributes = (epsilon: number): TFEOpAttr[] => [
  { name: 'T', type: AttrType.type, value: DType.float32 },
  { name: 'U', type: AttrType.type, value: DType.float32 },
  { name: 'epsilon', type: AttrType.float, value: epsilon },
  { name: 'is_training', type: AttrType.bool, value: true },
  NHWC,
];

/** Pictures, normalized by their own mean and variance: those, the mean and the unbiased variance. */
export const batchNorm: OwnKernel = {
  name: BATCH_NORM,
  run(backend, inputs, { epsilon }: { epsilon: number }) {
    const { x, gamma, beta } = inputs as Named<'x' | 'gamma' | 'beta'>;
    return tf.tidy(() => {
      const none = tf.tensor1d([]);
      const outputs = backend.executeMultipleOutputs(
        'FusedBatchNormV2',
        attributes(epsilon),
        [x, gamma, beta, none, none],
        5,
      ) as tf.Tensor[];
      return outputs.slice(0, 3);
    });
  },
};

/** Of pictures, normalized by their own mean and variance: the gradients of x, gamma and beta. */
export const batchNormGradient: OwnKernel = {
  name: BATCH_NORM_GRADIENT,
  run(backend, inputs, { epsilon }: { epsilon: number }) {
    const { dy, x, gamma, mean, variance } = inputs as Named<
      'dy' | 'x' | 'gamma' | 'mean' | 'variance'
    >;
    // As its forward operation leaves it, which on a GPU is cuDNN.
    const left = backend.isUsingGpuDevice ? variance.add(epsilon).rsqrt() : variance;
    const outputs = backend.executeMultipleOutputs(
      'FusedBatchNormGradV2',
      attributes(epsilon),
      [dy, x, gamma, mean, left],
      5,
    ) as tf.Tensor[];
    return outputs.slice(0, 3);
  },
};
