import type { Json } from '../../config/experiment.ts';

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
