import type { Tensor } from '@tensorflow/tfjs';
import type { NoTensors, UpdateRule } from './rule.ts';

type Slots = { readonly accumulatedGrad: Tensor; readonly accumulatedDeltaVar: Tensor };

const args = { rho: 0.95, epsilon: 1e-7 };

/** Zeiler 2012 (keras/src/optimizers/adadelta.py). */
export const adadelta = {
  learningRate: 0.001,
  weightDecay: null,
  args,
  rule({ rho, epsilon }: typeof args): UpdateRule<Slots, NoTensors> {
    const average = (old: Tensor, value: Tensor) => old.mul(rho).add(value.square().mul(1 - rho));
    const rms = (x: Tensor) => x.add(epsilon).sqrt();
    return {
      slots: { accumulatedGrad: 0, accumulatedDeltaVar: 0 },
      shared: {},
      update({ gradient, slots, learningRate }) {
        const accumulatedGrad = average(slots.accumulatedGrad, gradient);
        const change = rms(slots.accumulatedDeltaVar).mul(gradient).div(rms(accumulatedGrad));
        return {
          delta: change.mul(learningRate),
          slots: {
            accumulatedGrad,
            accumulatedDeltaVar: average(slots.accumulatedDeltaVar, change),
          },
        };
      },
    };
  },
};
