import type { ScheduleConfig } from '../../config/experiment.ts';
import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { exponential } from './exponential.ts';
import { oneCycle } from './oneCycle.ts';
import { piecewise } from './piecewise.ts';
import { polynomial } from './polynomial.ts';
import type { Schedule, ScheduleKind } from './schedule.ts';

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
