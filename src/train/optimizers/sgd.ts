import type { Tensor } from '@tensorflow/tfjs';
import type { NoTensors, UpdateRule } from './rule.ts';

type Slots = { readonly momentum?: Tensor };

type Args = { readonly momentum: number; readonly nesterov: boolean };

/** Gradient descent: plain, with momentum or with Nesterov momentum (keras/src/optimizers/sgd.py). */
export const sgd = {
  rule: ({ momentum, nesterov }: Args): UpdateRule<Slots, NoTensors> => ({
    slots: momentum === 0 ? {} : { momentum: 0 },
    shared: {},
    fused(engine, { variable, slots: { momentum: accumulator }, gradient, learningRate }) {
      if (!accumulator) return false;
      const at = { variable, accumulator, gradient, learningRate };
      engine.momentum({ ...at, momentum, nesterov });
      return true;
    },
    update({ gradient, slots, learningRate }) {
      const step = gradient.mul(learningRate);
      if (!slots.momentum) return { delta: step, slots };
      const velocity = slots.momentum.mul(momentum).sub(step);
      const change = nesterov ? velocity.mul(momentum).sub(step) : velocity;
      return { delta: change.neg(), slots: { momentum: velocity } };
    },
  }),
};
