import type { Job, JobEnd, JobEvent } from '../job.ts';

/** Where the runs of a sweep are done; another place is another file beside `local.ts`. */
export interface Launcher {
  /** Jobs that it does at once; the next one is launched when one of them has ended. */
  readonly slots: number;
  /**
   * Begins a job.
   * @param slot from 0 to `slots`, no other job's as long as this one has not ended.
   * @param watch is told where the job stands, as far as that can be seen.
   */
  launch(job: Job, slot: number, watch: (event: JobEvent) => void): LaunchedJob;
}

export interface LaunchedJob {
  /** Never rejected: a job that breaks has failed. */
  readonly end: Promise<JobEnd>;
  /** Has it save what it did and end. */
  interrupt(): void;
}
