import type { Schedule } from './schedule.ts';

type Args = {
  readonly initialLearningRate: number;
  readonly endLearningRate: number;
  readonly decaySteps: number | null;
  readonly power: number;
  /** Begin again after `decaySteps`, each time over a length that ends at the next multiple of it. */
  readonly cycle: boolean;
};

/** Down to `endLearningRate` along a polynomial (Keras' PolynomialDecay). */
export const polynomial = {
  args: { endLearningRate: 1e-4, decaySteps: null, power: 1, cycle: false },
  create(
    { initialLearningRate, endLearningRate, decaySteps, power, cycle }: Args,
    steps: number,
  ): Schedule {
    const once = decaySteps ?? steps;
    return (step) => {
      const length = cycle ? once * Math.max(1, Math.ceil(step / once)) : once;
      const left = 1 - Math.min(step, length) / length;
      return (initialLearningRate - endLearningRate) * left ** power + endLearningRate;
    };
  },
};
