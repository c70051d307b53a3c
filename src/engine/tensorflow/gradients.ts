import * as tf from '@tensorflow/tfjs';
import { AttrType } from './attributes.ts';
import { DType } from './dtypes.ts';
import type { NodeJSKernelBackend } from './kernels.ts';

const RELU_GRAD = 'ReluGrad';

/**
 * Gives ReLU TensorFlow's own gradient: one operation on the output, where tfjs makes five on the input,
 * which then is kept until the backward pass.
 */
export function useOwnGradients(backend: NodeJSKernelBackend, backendName: string): void {
  tf.registerKernel({
    kernelName: RELU_GRAD,
    backendName,
    kernelFunc({ inputs }) {
      const { dy, y } = inputs as Record<'dy' | 'y', tf.Tensor>;
      const attributes = [{ name: 'T', type: AttrType.type, value: DType.float32 }];
      return backend.executeSingleOutput(RELU_GRAD, attributes, [dy, y]);
    },
  });
  tf.unregisterGradient(tf.Relu);
  tf.registerGradient({
    kernelName: tf.Relu,
    outputsToSave: [true],
    gradFunc(dy, [y]) {
      const output = y as tf.Tensor;
      const own = tf.getBackend() === backendName;
      return {
        x: () =>
          own
            ? tf.engine().runKernel(RELU_GRAD, { dy: dy as tf.Tensor, y: output })
            : (dy as tf.Tensor).mul(output.step()),
      };
    },
  });
}
