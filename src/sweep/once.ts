import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Claim } from '../cache/claim.ts';
import type { LoadedExperiment } from '../config/load.ts';
import { planExperiment } from '../plan/experiment.ts';
import { type RunOptions, runExperiment } from '../run-experiment.ts';
import type { RunRecord } from '../run-folder/recorder.ts';
import { readStatus } from '../run-folder/status.ts';
import { runModelsIn } from '../runs/find.ts';
import { finishedRun, runsOf, unfinishedRun } from '../runs/finished.ts';

/** In the folder of all runs: a file for each identity that a process is about to do. */
const CLAIMS = '.claims';
const LOOK_AGAIN_MS = 500;

export interface OnceOptions extends RunOptions {
  /** A finished run of the same identity will do. */
  readonly needed: boolean;
  /** An interrupted run of the same identity goes on. */
  readonly resume: boolean;
}

/** A run, and whether it was there already. */
export interface OnceRecord extends RunRecord {
  readonly reused: boolean;
}

/**
 * Runs an experiment unless that was done: no two processes that use the same folder of runs do a run of the
 * same identity at once, and who waited for another takes what that one has done.
 */
export async function runOnce(loaded: LoadedExperiment, options: OnceOptions): Promise<OnceRecord> {
  const { runs, signal, progress } = options;
  const { id } = (await planExperiment(loaded, runModelsIn(runs))).plan;
  const path = join(runs, CLAIMS, id);
  const claim =
    (await Claim.tryTake(path, signal)) ??
    (await progress.step(`Wait for another process to do ${id}`, () => Claim.take(path, signal)));
  try {
    await othersToEnd(id, options);
    const done = options.needed ? await finishedRun(id, runs) : null;
    if (done) return { ...done, reused: true };
    const unfinished = options.resume ? await unfinishedRun(id, runs) : null;
    if (options.resume && !unfinished) {
      await progress.step(`No unfinished run of ${id}: a new one begins`, async () => {});
    }
    return { ...(await runExperiment(loaded, { ...options, unfinished })), reused: false };
  } finally {
    await claim.release();
  }
}

/** Runs that were started without a claim, by hand. */
async function othersToEnd(id: string, { runs, signal }: OnceOptions): Promise<void> {
  for (const { path } of await runsOf(id, runs)) {
    while ((await readStatus(path))?.state === 'running') {
      signal.throwIfAborted();
      await sleep(LOOK_AGAIN_MS);
    }
  }
}
