import type { Tensor } from '@tensorflow/tfjs';
import type { NoTensors, UpdateRule } from './rule.ts';

type Slots = { readonly accumulator: Tensor };

const args = { initialAccumulatorValue: 0.1, epsilon: 1e-7 };

/** Duchi et al. 2011 (keras/src/optimizers/adagrad.py). */
export const adagrad = {
  learningRate: 0.001,
  weightDecay: null,
  args,
  rule: ({ initialAccumulatorValue, epsilon }: typeof args): UpdateRule<Slots, NoTensors> => ({
    slots: { accumulator: initialAccumulatorValue },
    shared: {},
    update({ gradient, slots, learningRate }) {
      const accumulator = slots.accumulator.add(gradient.square());
      return {
        delta: gradient.mul(learningRate).div(accumulator.add(epsilon).sqrt()),
        slots: { accumulator },
      };
    },
  }),
};
