import type { Schedule } from './schedule.ts';

type Args = {
  readonly initialLearningRate: number;
};

/** The same rate at every step: of use with a warmup. */
export const constant = {
  args: {},
  create:
    ({ initialLearningRate }: Args): Schedule =>
    () =>
      initialLearningRate,
};
