import type { AshaConfig, MetricGoal, Settings } from '../experiment/experiment.ts';
import type { Plan } from './plan.ts';

/** The plan of a sweep, as plain JSON. */
export interface SweepPlan {
  readonly name: string;
  /** Trials are compared by this metric. */
  readonly metric: MetricGoal;
  /** `null`: every run trains to its end. */
  readonly asha: AshaConfig | null;
  /** Retries of a failed run. */
  readonly retries: number;
  /** In the order in which they run. */
  readonly trials: readonly TrialPlan[];
}

/** The plan of one run of a sweep. */
export interface TrialPlan {
  /** All settings of the sweep, also those with the value of the file. */
  readonly settings: Settings;
  /** The number of the trial, from 1, among those that differ only in their seed. */
  readonly replicate: number;
  readonly plan: Plan;
}
