import { halveBatch } from '../plan/halve-batch.ts';
import { type PlannedExperiment, planExperiment } from '../plan-experiment.ts';
import type { SweepRecord } from '../run-folder/sweep-record.ts';
import { runModelsIn } from '../runs/run-models.ts';
import type { JobEnd, JobEvent, JobOptions } from './job.ts';
import type { JobPool, StartedJob } from './job-process.ts';
import type { SweepEntry } from './launcher.ts';

export interface SchedulerOptions {
  readonly pool: JobPool;
  readonly jobOptions: JobOptions;
  /** Retries of a failed run. */
  readonly retries: number;
  /** Ends all runs at the first failed one. */
  readonly failFast: boolean;
  readonly signal: AbortSignal;
}

/** Observes the runs of a sweep. The end of a run is recorded before the next one starts. */
export interface SchedulerObserver {
  started(run: number): Promise<void>;
  progressed(run: number, event: JobEvent): void;
  /** A failed run will be retried. */
  retried(run: number, reason: string): void;
  ended(run: number, end: JobEnd, batchHalved: number): Promise<void>;
}

/** Runs the trials of a sweep, as many at once as the pool has slots, and retries failed ones where that may help. */
export async function schedule(
  entries: readonly SweepEntry[],
  options: SchedulerOptions,
  observer: SchedulerObserver,
): Promise<void> {
  const { pool, jobOptions, signal } = options;
  const waiting = [...entries];
  const running = new Set<StartedJob>();
  let isEnding = false;
  const endAll = () => {
    isEnding = true;
    for (const job of running) job.interrupt();
  };
  signal.addEventListener('abort', endAll);
  try {
    await Promise.all(Array.from({ length: pool.slots }, (_, slot) => runInSlot(slot)));
  } finally {
    signal.removeEventListener('abort', endAll);
  }

  async function runInSlot(slot: number): Promise<void> {
    while (!isEnding && !signal.aborted) {
      const entry = waiting.shift();
      if (!entry) return;
      await observer.started(entry.run);
      const { end, batchHalved } = await runWithRetries(entry, slot);
      await observer.ended(entry.run, end, batchHalved);
      if (end.kind === 'failed' && options.failFast) endAll();
    }
  }

  async function runWithRetries({ run, trial }: SweepEntry, slot: number) {
    let planned: PlannedExperiment = trial;
    let batchHalved = 0;
    for (let retries = 0; ; ) {
      // A retry continues from the last checkpoint of the failed run.
      const resume = jobOptions.resume || retries > 0;
      const end = await runOnce(planned, { run, slot, resume });
      if (end.kind !== 'failed' || isEnding) return { end, batchHalved };
      const smaller = end.cause === 'memory' ? await withHalfBatch(planned, jobOptions.runs) : null;
      if (smaller) {
        planned = smaller;
        batchHalved += 1;
        observer.retried(run, `out of memory, retrying with half the batch: ${end.error}`);
      } else if (end.cause !== 'input' && retries < options.retries) {
        retries += 1;
        observer.retried(run, `attempt ${retries + 1} of ${options.retries + 1}: ${end.error}`);
      } else return { end, batchHalved };
    }
  }

  async function runOnce(
    { experiment, text, plan, modelSource, warnings }: PlannedExperiment,
    { run, slot, resume }: { run: number; slot: number; resume: boolean },
  ): Promise<JobEnd> {
    const planned = { experiment, text, plan, modelSource, warnings, source: null };
    const job = pool.start({ ...jobOptions, planned, resume }, slot, (event) =>
      observer.progressed(run, event),
    );
    running.add(job);
    if (isEnding) job.interrupt();
    return job.end.finally(() => running.delete(job));
  }
}

/** `null` if a batch is already one image. */
async function withHalfBatch(
  { experiment, text }: PlannedExperiment,
  runs: string,
): Promise<PlannedExperiment | null> {
  const halved = halveBatch(experiment);
  return halved && planExperiment({ experiment: halved, text, source: null }, runModelsIn(runs));
}

/** Records the end of a job. */
export async function recordEnd(
  record: SweepRecord,
  id: string,
  end: JobEnd,
  batchHalved: number,
): Promise<void> {
  if (end.kind === 'done') await record.ended(id, end, batchHalved);
  else if (end.kind === 'failed') await record.failed(id, end.error);
  else await record.interrupted(id);
}
