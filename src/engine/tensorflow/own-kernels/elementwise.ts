import * as tf from '@tensorflow/tfjs';
import { CROSS_ENTROPY, RANDOM_TRUNCATED_NORMAL, RANDOM_UNIFORM } from '../../kernel-names.ts';
import type { NodeJSKernelBackend } from '../kernels.ts';
import { draw } from '../random.ts';
import { BACKEND, FLOAT, type OwnKernel, useKernel } from './own-kernel.ts';

/** Where each lets its gradient through, by what it gives. */
const PASSES: Readonly<Record<string, (y: tf.Tensor) => tf.Tensor>> = {
  [tf.Relu]: (y) => y.step(),
  [tf.Relu6]: (y) => y.step().mul(y.less(6).toFloat()),
};

/**
 * Gives ReLU and ReLU6 TensorFlow's own gradients: one operation on the output, where tfjs makes several on
 * the input, which then is kept until the backward pass.
 */
export function useReluGradients(backend: NodeJSKernelBackend): void {
  for (const [name, passes] of Object.entries(PASSES)) {
    const gradient = `${name}Grad`;
    useKernel(backend, {
      name: gradient,
      run(backend, inputs) {
        const { dy, y } = inputs as Record<'dy' | 'y', tf.Tensor>;
        return backend.executeSingleOutput(gradient, [...FLOAT], [dy, y]);
      },
    });
    tf.unregisterGradient(name);
    tf.registerGradient({
      kernelName: name,
      outputsToSave: [true],
      gradFunc(dy, [y]) {
        const [slope, output] = [dy as tf.Tensor, y as tf.Tensor];
        const own = tf.getBackend() === BACKEND;
        return {
          x: () =>
            own
              ? tf.engine().runKernel(gradient, { dy: slope, y: output })
              : slope.mul(passes(output)),
        };
      },
    });
  }
}

/** Of logits and labels, both `[images, classes]`: the loss of each image, and its gradient. */
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

const drawing = (name: string, operation: string): OwnKernel => ({
  name,
  run: (backend, _, { shape, seed }: { shape: number[]; seed: number }) => [
    draw(backend, operation, { shape, key: [seed, 0] }),
  ],
});

/** Many numbers at once, as first weights are. */
export const randomDraws: readonly OwnKernel[] = [
  drawing(RANDOM_UNIFORM, 'StatelessRandomUniform'),
  drawing(RANDOM_TRUNCATED_NORMAL, 'StatelessTruncatedNormal'),
];
