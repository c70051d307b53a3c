import type { Tensor } from '@tensorflow/tfjs';
import type { NoTensors, UpdateRule } from './rule.ts';

type Slots = { readonly accumulatedGrad: Tensor; readonly accumulatedDeltaVar: Tensor };

type Args = { readonly rho: number; readonly epsilon: number };

/** Adadelta (Zeiler 2012; keras/src/optimizers/adadelta.py). */
export const adadelta = {
  rule({ rho, epsilon }: Args): UpdateRule<Slots, NoTensors> {
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
