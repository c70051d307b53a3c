import type * as tf from '@tensorflow/tfjs';
import { CROSS_ENTROPY } from '../../kernel-names.ts';
import { FLOAT, type OwnKernel } from './own-kernel.ts';

/** Of logits and labels, both `[pictures, classes]`: the loss of each picture, and its gradient. */
export const crossEntropy: OwnKernel = {
  name: CROSS_ENTROPY,
  run(backend, inputs) {
    const { logits, labels } = inputs as Record<'logits' | 'labels', tf.Tensor>;
    const operands = [logits, labels];
    return backend.executeMultipleOutputs(
      'SoftmaxCrossEntropyWithLogits',
      [...FLOAT],
      operands,
      2,
    ) as tf.Tensor[];
  },
};
