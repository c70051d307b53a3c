import { InputError } from '../common/errors.ts';
import type { ScheduleConfig } from '../experiment/experiment.ts';

/** Returns the learning rate at a step. Steps count the batches of a phase from 0. */
export type Schedule = (step: number) => number;

type ScheduleArgs = ScheduleConfig['args'];

/** A kind of schedule. To add one, write it here and list it in `schedules`. */
interface ScheduleKind {
  /** @param steps Batches of the phase after the warmup; `decaySteps: null` stands for them. */
  create(args: ScheduleArgs, steps: number): Schedule;
}

type ConstantArgs = {
  readonly initialLearningRate: number;
};

/** The same rate at every step, for use with a warmup. */
const constant = {
  create:
    ({ initialLearningRate }: ConstantArgs): Schedule =>
    () =>
      initialLearningRate,
};

type CosineArgs = {
  readonly initialLearningRate: number;
  readonly decaySteps: number | null;
  /** The last rate as a fraction of the first one. */
  readonly alpha: number;
};

/** Decays along half a cosine to `alpha` of the first rate (Loshchilov and Hutter 2017; Keras' CosineDecay). */
const cosine = {
  create({ initialLearningRate, decaySteps, alpha }: CosineArgs, steps: number): Schedule {
    const length = decaySteps ?? steps;
    return (step) => {
      const decay = 0.5 * (1 + Math.cos((Math.PI * Math.min(step, length)) / length));
      return initialLearningRate * ((1 - alpha) * decay + alpha);
    };
  },
};

type ExponentialArgs = {
  readonly initialLearningRate: number;
  readonly decaySteps: number | null;
  readonly decayRate: number;
  /** Decays only after every `decaySteps`, not at each step. */
  readonly staircase: boolean;
};

/** Multiplies the rate by `decayRate` in every `decaySteps` (Keras' ExponentialDecay). */
const exponential = {
  create(
    { initialLearningRate, decaySteps, decayRate, staircase }: ExponentialArgs,
    steps: number,
  ): Schedule {
    return (step) => {
      const exponent = step / (decaySteps ?? steps);
      return initialLearningRate * decayRate ** (staircase ? Math.floor(exponent) : exponent);
    };
  },
};

type OneCycleArgs = {
  readonly maxLearningRate: number;
  readonly decaySteps: number | null;
  /** The fraction of the cycle in which the rate rises. */
  readonly pctStart: number;
  /** The first rate is `maxLearningRate / divFactor`. */
  readonly divFactor: number;
  /** The last rate is the first one divided by this. */
  readonly finalDivFactor: number;
};

const cosineBetween = (from: number, to: number, fraction: number) =>
  to + ((from - to) / 2) * (1 + Math.cos(Math.PI * fraction));

/**
 * Rises along half a cosine and falls along another one (Smith and Topin 2018), with the arithmetic and
 * names of PyTorch's OneCycleLR. Keras has no such schedule.
 */
const oneCycle = {
  create(
    { maxLearningRate, decaySteps, pctStart, divFactor, finalDivFactor }: OneCycleArgs,
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

type PiecewiseArgs = {
  readonly boundaries: readonly number[];
  readonly values: readonly number[];
};

/** Is `values[i]` up to and including step `boundaries[i]`, then the last value (Keras' PiecewiseConstantDecay). */
const piecewise = {
  create({ boundaries, values }: PiecewiseArgs): Schedule {
    if (values.length !== boundaries.length + 1) {
      throw new InputError(
        `a piecewise schedule needs one more value than boundaries. Received: ${values.length} values, ${boundaries.length} boundaries`,
      );
    }
    return (step) => {
      const before = boundaries.findIndex((boundary) => step <= boundary);
      return values[before === -1 ? boundaries.length : before] as number;
    };
  },
};

type PolynomialArgs = {
  readonly initialLearningRate: number;
  readonly endLearningRate: number;
  readonly decaySteps: number | null;
  readonly power: number;
  /** Starts again after `decaySteps`: each decay then ends at the next multiple of `decaySteps`. */
  readonly cycle: boolean;
};

/** Decays to `endLearningRate` along a polynomial (Keras' PolynomialDecay). */
const polynomial = {
  create(
    { initialLearningRate, endLearningRate, decaySteps, power, cycle }: PolynomialArgs,
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

/** All schedules, by their names in experiment files. */
export const schedules: Readonly<Record<ScheduleConfig['schedule'], ScheduleKind>> = {
  constant,
  cosine,
  exponential,
  piecewise,
  polynomial,
  oneCycle,
};

/** Returns the learning rate over a phase of `steps` batches. The schedule's own steps start after a warmup. */
export function createSchedule(learningRate: number | ScheduleConfig, steps: number): Schedule {
  if (typeof learningRate === 'number') return () => learningRate;
  const { schedule: name, args, warmup } = learningRate;
  const kind = schedules[name];
  if (warmup === null) return kind.create(args, steps);
  const after = kind.create(args, Math.max(1, steps - warmup.steps));
  return (step) =>
    step < warmup.steps
      ? warmup.from + ((after(0) - warmup.from) * step) / warmup.steps
      : after(step - warmup.steps);
}
