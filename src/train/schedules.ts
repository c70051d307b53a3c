import { InputError } from '../common/errors.ts';
import type { Json } from '../common/json.ts';
import type { ScheduleConfig } from '../experiment/experiment.ts';

/** Learning rate at a step; steps count batches from 0, from the start of the phase. */
export type Schedule = (step: number) => number;

export type ScheduleArgs = { readonly [name: string]: Json };

/** One way in which the learning rate changes. Adding one is such a file and its line in `table.ts`. */
export interface ScheduleKind {
  /** Its arguments, under Keras' names in camelCase, that have a default; the others are required. */
  readonly args: ScheduleArgs;
  /** `steps`: how many the phase has after the warmup, which is what `decaySteps: null` stands for. */
  create(args: ScheduleArgs, steps: number): Schedule;
}

type ConstantArgs = {
  readonly initialLearningRate: number;
};

/** The same rate at every step: of use with a warmup. */
export const constant = {
  args: {},
  create:
    ({ initialLearningRate }: ConstantArgs): Schedule =>
    () =>
      initialLearningRate,
};

type CosineArgs = {
  readonly initialLearningRate: number;
  readonly decaySteps: number | null;
  /** The last rate as a fraction of the first. */
  readonly alpha: number;
};

/** Half a cosine down to `alpha` of the first rate (Loshchilov and Hutter 2017; Keras' CosineDecay). */
export const cosine = {
  args: { decaySteps: null, alpha: 0 },
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
  /** Lower the rate at once after every `decaySteps`, not a little at each step. */
  readonly staircase: boolean;
};

/** Times `decayRate` in every `decaySteps` (Keras' ExponentialDecay). */
export const exponential = {
  args: { decaySteps: null, staircase: false },
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

/** `values[i]` up to and with step `boundaries[i]`, the last value after (Keras' PiecewiseConstantDecay). */
export const piecewise = {
  args: {},
  create({ boundaries, values }: PiecewiseArgs): Schedule {
    if (values.length !== boundaries.length + 1) {
      throw new InputError(
        `a piecewise schedule needs one value more than boundaries. Received: ${values.length} values, ${boundaries.length} boundaries`,
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
  /** Begin again after `decaySteps`, each time over a length that ends at the next multiple of it. */
  readonly cycle: boolean;
};

/** Down to `endLearningRate` along a polynomial (Keras' PolynomialDecay). */
export const polynomial = {
  args: { endLearningRate: 1e-4, decaySteps: null, power: 1, cycle: false },
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

/** Every schedule that an experiment file can name. */
export const schedules: Readonly<Record<ScheduleConfig['schedule'], ScheduleKind>> = {
  constant,
  cosine,
  exponential,
  piecewise,
  polynomial,
  oneCycle,
};

/** The learning rate over a phase of `steps` batches; a warmup comes before the schedule's own first step. */
export function createSchedule(learningRate: number | ScheduleConfig, steps: number): Schedule {
  if (typeof learningRate === 'number') return () => learningRate;
  const { schedule: name, args, warmup } = learningRate;
  const kind = schedules[name];
  const all = { ...kind.args, ...args };
  if (warmup === null) return kind.create(all, steps);
  const after = kind.create(all, Math.max(1, steps - warmup.steps));
  return (step) =>
    step < warmup.steps
      ? warmup.from + ((after(0) - warmup.from) * step) / warmup.steps
      : after(step - warmup.steps);
}
