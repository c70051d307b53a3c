import * as tf from '@tensorflow/tfjs';
import { BATCH_NORM, BATCH_NORM_GRADIENT } from '../../kernel-names.ts';
import { AttrType } from '../attributes.ts';
import { DType } from '../dtypes.ts';
import type { NodeJSKernelBackend } from '../kernels.ts';
import { NHWC, type OwnKernel, type TFEOpAttr } from './own-kernel.ts';

type Named<Name extends string> = Readonly<Record<Name, tf.Tensor>>;

/** Of the five that one of TensorFlow's operations gives, the first three; the others are for its like. */
function firstThree(
  backend: NodeJSKernelBackend,
  operation: string,
  operands: tf.Tensor[],
  epsilon: number,
): tf.Tensor[] {
  const attributes: TFEOpAttr[] = [
    { name: 'T', type: AttrType.type, value: DType.float32 },
    { name: 'U', type: AttrType.type, value: DType.float32 },
    { name: 'epsilon', type: AttrType.float, value: epsilon },
    { name: 'is_training', type: AttrType.bool, value: true },
    NHWC,
  ];
  const outputs = backend.executeMultipleOutputs(operation, attributes, operands, 5);
  return (outputs as tf.Tensor[]).slice(0, 3);
}

/** Images, normalized by their own mean and variance: those, the mean and the unbiased variance. */
export const batchNorm: OwnKernel = {
  name: BATCH_NORM,
  run(backend, inputs, { epsilon }: { epsilon: number }) {
    const { x, gamma, beta } = inputs as Named<'x' | 'gamma' | 'beta'>;
    return tf.tidy(() => {
      const none = tf.tensor1d([]);
      return firstThree(backend, 'FusedBatchNormV2', [x, gamma, beta, none, none], epsilon);
    });
  },
};

/** Of images, normalized by their own mean and variance: the gradients of x, gamma and beta. */
export const batchNormGradient: OwnKernel = {
  name: BATCH_NORM_GRADIENT,
  run(backend, inputs, { epsilon }: { epsilon: number }) {
    const { dy, x, gamma, mean, variance } = inputs as Named<
      'dy' | 'x' | 'gamma' | 'mean' | 'variance'
    >;
    // As its forward operation leaves it, which on a GPU is cuDNN.
    const left = backend.isUsingGpuDevice ? variance.add(epsilon).rsqrt() : variance;
    return firstThree(backend, 'FusedBatchNormGradV2', [dy, x, gamma, mean, left], epsilon);
  },
};
