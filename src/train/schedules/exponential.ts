import type { Schedule } from './schedule.ts';

type Args = {
  readonly initialLearningRate: number;
  readonly decaySteps: number | null;
  readonly decayRate: number;
  /** Lower the rate at once after every `decaySteps`, not a little at each step. */
  readonly staircase: boolean;
};

/** Times `decayRate` in every `decaySteps` (Keras' ExponentialDecay). */
export const exponential = {
  args: { decaySteps: null, staircase: false },
  create({ initialLearningRate, decaySteps, decayRate, staircase }: Args, steps: number): Schedule {
    return (step) => {
      const exponent = step / (decaySteps ?? steps);
      return initialLearningRate * decayRate ** (staircase ? Math.floor(exponent) : exponent);
    };
  },
};
