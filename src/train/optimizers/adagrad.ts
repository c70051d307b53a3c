import type { Tensor } from '@tensorflow/tfjs';
import type { NoTensors, UpdateRule } from './rule.ts';

type Slots = { readonly accumulator: Tensor };

type Args = { readonly initialAccumulatorValue: number; readonly epsilon: number };

/** Adagrad (Duchi et al. 2011; keras/src/optimizers/adagrad.py). */
export const adagrad = {
  rule: ({ initialAccumulatorValue, epsilon }: Args): UpdateRule<Slots, NoTensors> => ({
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
