import type { Tensor } from '@tensorflow/tfjs';
import type { NoTensors, UpdateRule } from './rule.ts';

type Slots = {
  readonly velocity: Tensor;
  readonly momentum?: Tensor;
  readonly averageGradient?: Tensor;
};

type Args = {
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;
};

/** RMSprop (Tieleman and Hinton 2012), `centered` by Graves 2013 (keras/src/optimizers/rmsprop.py). */
export const rmsprop = {
  rule({ rho, momentum: decay, epsilon, centered }: Args): UpdateRule<Slots, NoTensors> {
    const average = (old: Tensor, value: Tensor) => old.mul(rho).add(value.mul(1 - rho));
    return {
      slots: {
        velocity: 0,
        ...(decay > 0 && { momentum: 0 }),
        ...(centered && { averageGradient: 0 }),
      },
      shared: {},
      update({ gradient, slots, learningRate }) {
        const velocity = average(slots.velocity, gradient.square());
        const averageGradient = slots.averageGradient && average(slots.averageGradient, gradient);
        const variance = averageGradient ? velocity.sub(averageGradient.square()) : velocity;
        const increment = gradient.mul(learningRate).div(variance.add(epsilon).sqrt());
        const momentum = slots.momentum?.mul(decay).add(increment);
        return {
          delta: momentum ?? increment,
          slots: {
            velocity,
            ...(momentum && { momentum }),
            ...(averageGradient && { averageGradient }),
          },
        };
      },
    };
  },
};
