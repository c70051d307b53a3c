import * as tf from '@tensorflow/tfjs';
import type { NodeJSKernelBackend } from '../kernels.ts';
import { BACKEND, FLOAT, useKernel } from './own-kernel.ts';

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
