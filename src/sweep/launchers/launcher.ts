import type { Launcher as LauncherConfig } from '../../experiment/file-types.ts';
import type { PlannedSweep } from '../../plan/sweep.ts';
import type { SweepRecord } from '../../run-folder/sweep-record.ts';
import type { CommonJob } from '../job.ts';
import type { Entry } from '../schedule.ts';
import type { SweepOptions } from '../sweep.ts';

/** What a launcher is to have done. */
export interface Work {
  readonly sweep: PlannedSweep;
  /** Is told of each run as it begins and ends. */
  readonly record: SweepRecord;
  /** The runs that are left. */
  readonly entries: readonly Entry[];
  /** What all jobs have in common; threads: as they were asked for. */
  readonly common: CommonJob;
  /** How often a run that failed is tried again. */
  readonly retries: number;
  /** The file's `launcher`. */
  readonly config: Required<LauncherConfig>;
  readonly options: SweepOptions;
}

/**
 * Has runs of a sweep done: `local.ts` on this machine, other files beside it in other places.
 * @returns whether they have ended; if not, they go on without this process.
 */
export type Launcher = (work: Work) => Promise<boolean>;
