import { Claim, claimOwner } from '../cache/claim.ts';
import { RunError } from '../common/errors.ts';
import { alignColumns, formatDuration } from '../common/format.ts';
import { isSandboxed } from '../common/sandbox.ts';
import { showSettings } from '../config/trials.ts';
import type { LauncherConfig } from '../experiment/experiment.ts';
import { bestOf, formatMetric } from '../experiment/metrics.ts';
import { type LoadedFile, problemsError } from '../load-experiment.ts';
import { epochsOf } from '../plan/plan.ts';
import type { SweepPlan } from '../plan/sweep.ts';
import { type PlannedSweep, type PlannedTrial, planSweep } from '../plan-experiment.ts';
import { prepareExperimentFolder } from '../run-folder/run-folder.ts';
import { SweepRecord, type Trial } from '../run-folder/sweep-record.ts';
import { writeSweepSummary } from '../runs/compared.ts';
import { finishedRun, stoppedRun } from '../runs/finished.ts';
import { readListedRun } from '../runs/listed.ts';
import { listRuns } from '../runs/places.ts';
import { runModelsIn } from '../runs/run-models.ts';
import { sweepClaim } from './claims.ts';
import type { Launcher, SweepOptions } from './launcher.ts';
import { launchLocally } from './local-launcher.ts';
import { launchOnSlurm } from './slurm/launcher.ts';

const LAUNCHERS: Readonly<Record<LauncherConfig['name'], Launcher>> = {
  local: launchLocally,
  slurm: launchOnSlurm,
};

/**
 * Runs a sweep, each trial in its own process: plan → record → launch → summarize. One process at a time runs the
 * sweeps of a name.
 * @throws InputError before the first run if any trial is wrong; RunError if another process runs the sweep, or runs
 *   have failed; the reason of the signal if it is aborted.
 */
export async function runSweep(
  loaded: LoadedFile,
  options: SweepOptions,
): Promise<{ readonly folder: string }> {
  const { runs, signal } = options;
  const { name: launcher } = loaded.launcher;
  if (launcher !== 'local' && isSandboxed()) {
    const message = `--sandboxed runs nothing on a cluster, where the file's launcher.setup would run commands. Received: ${launcher}`;
    throw problemsError(loaded, [{ path: ['launcher', 'name'], message }]);
  }

  // 1. Plan all trials, so that none fails late.
  const sweep = await planSweep(loaded, runModelsIn(runs));
  await prepareExperimentFolder(runs, sweep.name);
  const path = sweepClaim(runs, sweep.name);
  const claim = await Claim.tryTake(path, signal);
  if (!claim) {
    const owner = await claimOwner(path);
    throw new RunError(
      `the sweep ${sweep.name} is running${owner ? `, in process ${owner.pid} on ${owner.host}` : ''}; wait for it, or give this one another name: --set name=${sweep.name}-2`,
    );
  }
  try {
    return await runClaimed(sweep, loaded, options);
  } finally {
    await claim.release();
  }
}

async function runClaimed(
  sweep: PlannedSweep,
  loaded: LoadedFile,
  options: SweepOptions,
): Promise<SweepRecord> {
  const { runs, threads, needed, resume, verbose, compiler, signal, progress } = options;

  // 2. Record, with the runs that are already done.
  const record = await SweepRecord.open(runs, sweep, needed);
  if (needed) await reuseDone(record, sweep, runs);
  const left = firstOfEachId(record.trials.filter(isLeft)).slice(0, options.limit);

  // 3. Launch the runs that are left.
  if (left.length > 0) {
    const ids = sweep.trials.map(({ plan }) => plan.id);
    const hasEnded = await LAUNCHERS[loaded.launcher.name]({
      sweep,
      record,
      entries: left.map(({ run }) => ({ run, trial: sweep.trials[run - 1] as PlannedTrial })),
      jobOptions: {
        runs,
        threads,
        verbose,
        compiler,
        needed,
        resume,
        asha: sweep.asha && { config: sweep.asha, ids },
      },
      retries: options.retries ?? sweep.retries,
      config: loaded.launcher,
      options,
    });
    if (!hasEnded) return record;
  }

  // 4. Summarize.
  signal.throwIfAborted();
  await progress.step('Summary', async () => {
    await writeSweepSummary(record.folder);
  });
  const failed = record.trials.filter(({ state }) => state === 'failed' || state === 'interrupted');
  if (failed.length > 0) throw new RunError(describeFailures(failed, record.trials.length));
  await progress.step(describeBest(sweep, record.trials), async () => {});
  return record;
}

/** Records runs that have ended, also those that ended while no sweep was watching. */
async function reuseDone(record: SweepRecord, sweep: SweepPlan, runs: string): Promise<void> {
  for (const { id } of firstOfEachId(record.trials.filter(isLeft))) {
    const finished = await finishedRun(id, runs);
    const done = finished ?? (sweep.asha && (await stoppedRun(id, runs, sweep.name)));
    if (done) await record.ended(id, done, 0);
  }
}

/** Different settings can give the same run. */
function firstOfEachId(runs: readonly Trial[]): Trial[] {
  const first = new Map(runs.toReversed().map((run) => [run.id, run]));
  return runs.filter((run) => first.get(run.id) === run);
}

/** Includes runs that a cluster may be running: their launcher decides. */
function isLeft({ state }: Trial): boolean {
  return state !== 'finished' && state !== 'stopped';
}

function describeFailures(failed: readonly Trial[], runs: number): string {
  const rows = failed.map(({ run, settings, state, error }) => [
    `run ${run}`,
    showSettings(settings),
    error?.split('\n')[0] ?? state,
  ]);
  const isInterrupted = failed.some(({ state }) => state === 'interrupted');
  return [
    `${failed.length} of ${runs} runs failed${isInterrupted ? ' or were interrupted' : ''}:`,
    ...alignColumns(rows, ['left', 'left', 'left']),
  ].join('\n');
}

/** Stopped runs are not compared with finished ones: they have fewer epochs. */
function describeBest({ metric }: SweepPlan, runs: readonly Trial[]): string {
  const { name, goal } = metric;
  const finished = runs.filter(({ state }) => state === 'finished');
  const best = bestOf(finished, goal, ({ metrics }) => metrics?.[name]);
  if (!best) return `No finished run has ${name}`;
  const value = formatMetric(name, best.metrics?.[name] ?? null);
  return `Best of ${finished.length} runs: run ${best.run} with ${showSettings(best.settings)}, ${name} ${value}`;
}

/** The runs and the time that are left of a sweep, estimated from finished runs of the experiment. */
export async function describeRemaining(
  { name, trials }: SweepPlan,
  runs: string,
): Promise<string> {
  const done = await Promise.all(trials.map(({ plan }) => finishedRun(plan.id, runs)));
  const left = trials.filter((_, i) => !done[i]);
  const start = `${trials.length - left.length} of ${trials.length} runs are done`;
  const listed = await Promise.all((await listRuns(runs, name)).map(readListedRun));
  const finished = listed.filter(({ state }) => state === 'finished');
  const epochs = finished.reduce((sum, run) => sum + run.epochs, 0);
  if (epochs === 0) return `${start}; no finished run of ${name} tells how long a run takes`;
  const secondsPerEpoch = finished.reduce((sum, run) => sum + run.seconds, 0) / epochs;
  const epochsLeft = left.reduce((sum, { plan }) => sum + epochsOf(plan), 0);
  const time = formatDuration(epochsLeft * secondsPerEpoch);
  return `${start}; ${epochsLeft} epochs are left, about ${time} one after another`;
}
