import * as tf from '@tensorflow/tfjs';
import type { FusedUpdates } from '../../engine.ts';
import { AttrType, DType } from '../attributes.ts';
import type { Tracer } from './trace.ts';

const attributes = [{ name: 'T', type: AttrType.type, value: DType.float32 }];

/** Optimizer updates by single operations of TensorFlow. Source: tensorflow/core/kernels/training_ops.cc. */
export function fusedUpdates(tracer: Tracer): FusedUpdates {
  return {
    adam(update) {
      const { variable, momentum, velocity, gradient } = update;
      const { beta1Power, beta2Power, beta1, beta2, epsilon } = update;
      tracer.update([variable, momentum, velocity], {
        name: 'ResourceApplyAdam',
        attributes,
        inputs: [
          beta1Power,
          beta2Power,
          update.learningRate.mul(adamCorrection(beta1, beta2)),
          tf.scalar(beta1),
          tf.scalar(beta2),
          tf.scalar(epsilon),
          gradient,
        ],
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
 * Returns a factor for the learning rate that corrects a rounding difference. TensorFlow computes 1 - beta from the float32
 * beta, Keras from the exact one. With a beta of 0.999 the velocity differs by a factor of 1 + 1.3e-5.
 */
function adamCorrection(beta1: number, beta2: number): number {
  const first = (1 - beta1) / (1 - Math.fround(beta1));
  const second = (1 - beta2) / (1 - Math.fround(beta2));
  return first / Math.sqrt(second);
}
