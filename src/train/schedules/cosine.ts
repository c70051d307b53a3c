import type { Schedule } from './schedule.ts';

type Args = {
  readonly initialLearningRate: number;
  readonly decaySteps: number | null;
  /** The last rate as a fraction of the first. */
  readonly alpha: number;
};

/** Half a cosine down to `alpha` of the first rate (Loshchilov and Hutter 2017; Keras' CosineDecay). */
export const cosine = {
  args: { decaySteps: null, alpha: 0 },
  create({ initialLearningRate, decaySteps, alpha }: Args, steps: number): Schedule {
    const length = decaySteps ?? steps;
    return (step) => {
      const decay = 0.5 * (1 + Math.cos((Math.PI * Math.min(step, length)) / length));
      return initialLearningRate * ((1 - alpha) * decay + alpha);
    };
  },
};
