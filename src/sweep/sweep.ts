import { RunError } from '../common/errors.ts';
import { alignColumns } from '../common/format.ts';
import type { LoadedExperiment } from '../config/load.ts';
import { bestOf, formatMetric } from '../experiment/metrics.ts';
import { type PlannedCell, type PlannedSweep, planSweep, showSettings } from '../plan/sweep.ts';
import type { RunOptions } from '../run-experiment.ts';
import { SweepRecord, type SweepRun } from '../run-folder/sweep-record.ts';
import { writeSweepSummary } from '../run-folder/sweep-summary.ts';
import { runModelsIn } from '../runs/find.ts';
import { finishedRun, stoppedRun } from '../runs/finished.ts';
import type { Wish } from './capacity.ts';
import { launchers } from './launchers/table.ts';

export interface SweepOptions extends Omit<RunOptions, 'watchers' | 'threads'>, Wish {
  /** Finished runs of the same identity, of whatever experiment, are taken as they are. */
  readonly needed: boolean;
  /** Interrupted runs go on. */
  readonly resume: boolean;
  /** The most runs that begin. */
  readonly limit: number;
  /** The first run that fails ends the others. */
  readonly failFast: boolean;
  /** How often a run that failed is tried again; `null`: as the file says. */
  readonly retries: number | null;
  /** Of runs that are done elsewhere: waits until they have ended. */
  readonly wait: boolean;
}

/**
 * The runs of a sweep, each in a process of its own: plan → record → launch → tell.
 * @throws InputError before the first run when any of them cannot be run as it stands; RunError, with why,
 *   when some have failed; the signal's reason when it is aborted.
 */
export async function runSweep(
  loaded: LoadedExperiment,
  options: SweepOptions,
): Promise<{ readonly folder: string }> {
  const { runs, threads, needed, resume, verbose, compiler, signal, progress } = options;

  // 1. Plan: all runs, none of which is then found to be wrong when the others are done.
  const sweep = await planSweep(loaded, runModelsIn(runs));

  // 2. Record: what is done already.
  const record = await SweepRecord.open(runs, sweep, needed);
  if (needed) await takeDone(record, sweep, runs);
  const left = eachOnce(record.runs.filter(isLeft)).slice(0, options.limit);

  // 3. Launch what is left.
  if (left.length > 0) {
    const entries = left.map(({ run }) => ({ run, ...(sweep.cells[run - 1] as PlannedCell) }));
    const ids = sweep.cells.map(({ plan }) => plan.id);
    const asha = sweep.asha && { config: sweep.asha, ids };
    const common = { runs, threads, verbose, compiler, needed, resume, asha };
    const retries = options.retries ?? sweep.retries;
    const config = loaded.launcher;
    const work = { sweep, record, entries, common, retries, config, options };
    const haveEnded = await launchers[config.name](work);
    if (!haveEnded) return record;
  }

  // 4. Tell.
  signal.throwIfAborted();
  await progress.step('Summing up', async () => {
    await writeSweepSummary(record.folder);
  });
  const failed = record.runs.filter(({ state }) => state === 'failed' || state === 'interrupted');
  if (failed.length > 0) throw new RunError(describeFailures(failed, record.runs.length));
  await progress.step(describeBest(sweep, record.runs), async () => {});
  return record;
}

/** Also runs that ended as nobody was there to be told. */
async function takeDone(record: SweepRecord, sweep: PlannedSweep, runs: string): Promise<void> {
  for (const { id } of eachOnce(record.runs.filter(isLeft))) {
    const finished = await finishedRun(id, runs);
    const done = finished ?? (sweep.asha && (await stoppedRun(id, runs, sweep.name)));
    if (done) await record.done(id, done, 0);
  }
}

/** Different settings may come to the same run. */
function eachOnce(runs: readonly SweepRun[]): SweepRun[] {
  const first = new Map(runs.toReversed().map((run) => [run.id, run]));
  return runs.filter((run) => first.get(run.id) === run);
}

/** Also a run that a cluster is thought to do: that is for its launcher to see. */
function isLeft({ state }: SweepRun): boolean {
  return state !== 'finished' && state !== 'stopped';
}

function describeFailures(failed: readonly SweepRun[], runs: number): string {
  const rows = failed.map(({ run, settings, state, error }) => [
    `run ${run}`,
    showSettings(settings),
    error?.split('\n')[0] ?? state,
  ]);
  const isAny = failed.some(({ state }) => state === 'interrupted');
  return [
    `${failed.length} of ${runs} runs failed${isAny ? ' or were interrupted' : ''}:`,
    ...alignColumns(rows, ['left', 'left', 'left']),
  ].join('\n');
}

/** Runs that were stopped are not compared with those that have had all their epochs. */
function describeBest({ metric }: PlannedSweep, runs: readonly SweepRun[]): string {
  const { name, goal } = metric;
  const finished = runs.filter(({ state }) => state === 'finished');
  const best = bestOf(finished, goal, ({ metrics }) => metrics?.[name]);
  if (!best) return `no run gave ${name}`;
  const value = formatMetric(name, best.metrics?.[name] ?? null);
  return `Best of ${finished.length} runs: run ${best.run} with ${showSettings(best.settings)}, ${name} ${value}`;
}
