import * as tf from '@tensorflow/tfjs';
import {
  BATCH_NORM,
  BATCH_NORM_GRADIENT,
  CROSS_ENTROPY,
  RANDOM_TRUNCATED_NORMAL,
  RANDOM_UNIFORM,
} from '../../optional-kernels.ts';
import { AttrType, DType } from '../attributes.ts';
import type { NodeJSKernelBackend } from '../backend.ts';
import { drawRandom } from '../operations.ts';
import {
  BACKEND,
  FLOAT,
  NHWC,
  type OwnKernel,
  registerOwnKernel,
  type TFEOpAttr,
} from './own-kernel.ts';

type Named<Name extends string> = Readonly<Record<Name, tf.Tensor>>;

/** Runs a batch normalization or its gradient. Both have five outputs; the last two are reserved or empty. */
function fusedBatchNorm(
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

/** Normalizes images by their own mean and variance. Returns the images, the mean and the unbiased variance. */
export const batchNorm: OwnKernel = {
  name: BATCH_NORM,
  run(backend, inputs, { epsilon }: { epsilon: number }) {
    const { x, gamma, beta } = inputs as Named<'x' | 'gamma' | 'beta'>;
    return tf.tidy(() => {
      const empty = tf.tensor1d([]);
      return fusedBatchNorm(backend, 'FusedBatchNormV2', [x, gamma, beta, empty, empty], epsilon);
    });
  },
};

/** Returns the gradients of x, gamma and beta of a batch normalization. */
export const batchNormGradient: OwnKernel = {
  name: BATCH_NORM_GRADIENT,
  run(backend, inputs, { epsilon }: { epsilon: number }) {
    const { dy, x, gamma, mean, variance } = inputs as Named<
      'dy' | 'x' | 'gamma' | 'mean' | 'variance'
    >;
    // The format of the forward operation's reserved output, which is that of cuDNN on a GPU.
    const saved = backend.isUsingGpuDevice ? variance.add(epsilon).rsqrt() : variance;
    return fusedBatchNorm(backend, 'FusedBatchNormGradV2', [dy, x, gamma, mean, saved], epsilon);
  },
};

/** The derivatives of activations as functions of their outputs. */
const DERIVATIVES: Readonly<Record<string, (y: tf.Tensor) => tf.Tensor>> = {
  [tf.Relu]: (y) => y.step(),
  [tf.Relu6]: (y) => y.step().mul(y.less(6).toFloat()),
};

/**
 * Replaces the gradients of ReLU and ReLU6 by single operations on their outputs. The gradients of tfjs are several
 * operations on the inputs, which stay in memory until the backward pass.
 */
export function registerReluGradients(backend: NodeJSKernelBackend): void {
  for (const [name, derivative] of Object.entries(DERIVATIVES)) {
    const gradient = `${name}Grad`;
    registerOwnKernel(backend, {
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
        const [upstream, output] = [dy as tf.Tensor, y as tf.Tensor];
        const hasKernel = tf.getBackend() === BACKEND;
        return {
          x: () =>
            hasKernel
              ? tf.engine().runKernel(gradient, { dy: upstream, y: output })
              : upstream.mul(derivative(output)),
        };
      },
    });
  }
}

/** Returns the loss of each image and its gradient. Logits and labels are `[images, classes]`. */
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

const randomKernel = (name: string, operation: string): OwnKernel => ({
  name,
  run: (backend, _, { shape, seed }: { shape: number[]; seed: number }) => [
    drawRandom(backend, operation, shape, [seed, 0]),
  ],
});

/** Random numbers for initial weights. */
export const randomDraws: readonly OwnKernel[] = [
  randomKernel(RANDOM_UNIFORM, 'StatelessRandomUniform'),
  randomKernel(RANDOM_TRUNCATED_NORMAL, 'StatelessTruncatedNormal'),
];
