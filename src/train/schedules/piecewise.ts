import { InputError } from '../../errors.ts';
import type { Schedule } from './schedule.ts';

type Args = {
  readonly boundaries: readonly number[];
  readonly values: readonly number[];
};

/** `values[i]` up to and with step `boundaries[i]`, the last value after (Keras' PiecewiseConstantDecay). */
export const piecewise = {
  args: {},
  create({ boundaries, values }: Args): Schedule {
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
