import * as tf from '@tensorflow/tfjs';
import type { FusedUpdates } from '../../engine.ts';
import { AttrType } from '../attributes.ts';
import { DType } from '../dtypes.ts';
import type { Tracer } from './trace.ts';

const attributes = [{ name: 'T', type: AttrType.type, value: DType.float32 }];

/** TensorFlow's own optimizer updates. Source: tensorflow/core/kernels/training_ops.cc. */
export function fusedUpdates(tracer: Tracer): FusedUpdates {
  return {
    adam({ variable, momentum, velocity, gradient, learningRate, ...rest }) {
      const { beta1Power, beta2Power, beta1, beta2, epsilon } = rest;
      const [b1, b2, e] = [tf.scalar(beta1), tf.scalar(beta2), tf.scalar(epsilon)];
      const rate = learningRate.mul(adamCorrection(beta1, beta2));
      tracer.update([variable, momentum, velocity], {
        name: 'ResourceApplyAdam',
        attributes,
        inputs: [beta1Power, beta2Power, rate, b1, b2, e, gradient],
      });
    },

    momentum({ variable, accumulator, gradient, learningRate, momentum, nesterov }) {
      tracer.update([variable, accumulator], {
        name: 'ResourceApplyKerasMomentum',
        attributes: [...attributes, { name: 'use_nesterov', type: AttrType.bool, value: nesterov }],
        inputs: [learningRate, gradient, tf.scalar(momentum)],
      });
    },
  };
}

/**
 * TensorFlow takes 1 - beta of betas that were rounded to float32, Keras rounds afterwards: its velocity
 * differs by a factor of 1 + 1.3e-5 at a beta of 0.999. On the learning rate this makes it good.
 */
function adamCorrection(beta1: number, beta2: number): number {
  const first = (1 - beta1) / (1 - Math.fround(beta1));
  const second = (1 - beta2) / (1 - Math.fround(beta2));
  return first / Math.sqrt(second);
}
