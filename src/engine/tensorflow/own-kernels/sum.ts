import * as tf from '@tensorflow/tfjs';
import { FLOAT, isFloat, NHWC, type OwnKernel } from './own-kernel.ts';

/** Of pictures over all axes but the last, as for the gradient of a convolution's bias. */
export const sum: OwnKernel = {
  name: tf.Sum,
  run(backend, inputs, attributes) {
    const { x } = inputs as Record<'x', tf.Tensor>;
    const { axis, keepDims } = attributes as { axis: number | number[]; keepDims: boolean };
    const axes = tf.util.parseAxisParam(axis, x.shape);
    const allButLast = x.rank === 4 && axes.length === 3 && !axes.includes(3);
    if (keepDims || !isFloat(x) || x.size === 0 || !allButLast) return null;
    return backend.executeSingleOutput('BiasAddGrad', [...FLOAT, NHWC], [x]);
  },
};
