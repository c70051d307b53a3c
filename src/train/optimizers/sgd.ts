import type { Tensor } from '@tensorflow/tfjs';
import type { NoTensors, UpdateRule } from './rule.ts';

type Slots = { readonly momentum?: Tensor };

const args = { momentum: 0, nesterov: false };

/** Gradient descent: plain, with momentum, or Nesterov's (keras/src/optimizers/sgd.py). */
export const sgd = {
  learningRate: 0.01,
  weightDecay: null,
  args,
  rule: ({ momentum, nesterov }: typeof args): UpdateRule<Slots, NoTensors> => ({
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
