import type { Schedule } from './schedule.ts';

type Args = {
  readonly maxLearningRate: number;
  readonly decaySteps: number | null;
  /** The part of the cycle in which the rate rises. */
  readonly pctStart: number;
  /** The first rate is `maxLearningRate / divFactor`. */
  readonly divFactor: number;
  /** The last rate is the first one divided by this. */
  readonly finalDivFactor: number;
};

const cosineBetween = (from: number, to: number, fraction: number) =>
  to + ((from - to) / 2) * (1 + Math.cos(Math.PI * fraction));

/**
 * Up along half a cosine and down along another (Smith and Topin 2018), with the arithmetic, the names
 * and the defaults of PyTorch's OneCycleLR; Keras has none.
 */
export const oneCycle = {
  args: { decaySteps: null, pctStart: 0.3, divFactor: 25, finalDivFactor: 1e4 },
  create(
    { maxLearningRate, decaySteps, pctStart, divFactor, finalDivFactor }: Args,
    steps: number,
  ): Schedule {
    const first = maxLearningRate / divFactor;
    const last = first / finalDivFactor;
    const end = (decaySteps ?? steps) - 1;
    const top = Math.max(0, pctStart * (decaySteps ?? steps) - 1);
    return (step) =>
      step < top
        ? cosineBetween(first, maxLearningRate, step / top)
        : cosineBetween(
            maxLearningRate,
            last,
            (Math.min(step, end) - top) / Math.max(1, end - top),
          );
  },
};
