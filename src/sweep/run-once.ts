import { setTimeout as sleep } from 'node:timers/promises';
import { Claim } from '../cache/claim.ts';
import type { PlannedExperiment } from '../plan-experiment.ts';
import { type RunOptions, runExperiment } from '../run-experiment.ts';
import type { RunResult } from '../run-folder/finished-run.ts';
import { readStatus } from '../run-folder/status.ts';
import { finishedRun, unfinishedRun } from '../runs/finished.ts';
import { runsOfId } from '../runs/places.ts';
import { runClaim } from './claims.ts';

const POLL_MS = 500;

export interface OnceOptions extends RunOptions {
  /** Reuses a finished run with the same id. */
  readonly needed: boolean;
  /** Resumes an interrupted run with the same id. */
  readonly resume: boolean;
}

/** The record of a run, and if an earlier run was reused. */
export interface OnceRecord extends RunResult {
  readonly reused: boolean;
}

/**
 * Runs an experiment unless it is already done. No two processes with the same folder of runs run the same id at once;
 * a process that waited for another reuses the run of the other.
 */
export async function runOnce(
  planned: PlannedExperiment,
  options: OnceOptions,
): Promise<OnceRecord> {
  const { runs, signal, progress } = options;
  const { id } = planned.plan;
  const path = runClaim(runs, id);
  const claim =
    (await Claim.tryTake(path, signal)) ??
    (await progress.step(`Waiting for another process that runs ${id}`, () =>
      Claim.take(path, signal),
    ));
  try {
    await waitForOthers(id, options);
    const done = options.needed ? await finishedRun(id, runs) : null;
    if (done) return { ...done, reused: true };
    const unfinished = options.resume ? await unfinishedRun(id, runs) : null;
    return { ...(await runExperiment(planned, { ...options, unfinished })), reused: false };
  } finally {
    await claim.release();
  }
}

/** Waits for runs that were started without a claim. */
async function waitForOthers(id: string, { runs, signal }: OnceOptions): Promise<void> {
  for (const { path } of await runsOfId(id, runs)) {
    while ((await readStatus(path))?.state === 'running') {
      signal.throwIfAborted();
      await sleep(POLL_MS);
    }
  }
}
