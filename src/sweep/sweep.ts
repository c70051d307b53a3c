import type { LoadedExperiment } from '../config/load.ts';
import { RunError } from '../errors.ts';
import type { RunOptions } from '../experiment.ts';
import { type PlannedCell, type PlannedSweep, planSweep, showSettings } from '../plan/sweep.ts';
import { columns } from '../plan/table.ts';
import { SweepRecord, type SweepRun } from '../record/sweep-record.ts';
import { writeSweepSummary } from '../record/sweep-summary.ts';
import { finishedRun } from '../runs/finished.ts';
import { SweepBoard } from './board.ts';
import { type Capacity, divide, thisMachine, type Wish } from './capacity.ts';
import { localLauncher } from './launchers/local.ts';
import { schedule } from './schedule.ts';

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
  const { runs, needed, resume, verbose, compile, signal, progress, failFast } = options;

  // 1. Plan: all runs, none of which is then found to be wrong when the others are done.
  const sweep = await planSweep(loaded);

  // 2. Record: what is done already.
  const record = await SweepRecord.open(runs, sweep, needed);
  if (needed) await takeFinished(record, runs);
  const left = record.runs.filter(({ state }) => state === 'waiting').slice(0, options.limit);

  // 3. Launch what is left.
  if (left.length > 0) {
    const entries = left.map(({ run }) => ({ run, ...(sweep.cells[run - 1] as PlannedCell) }));
    const machine = await thisMachine();
    const { jobs, threads, why } = divide(
      machine,
      entries.map(({ plan }) => plan),
      options,
    );
    const launcher = localLauncher({ slots: jobs, gpus: machine.gpus });
    const ids = sweep.cells.map(({ plan }) => plan.id);
    const asha = sweep.asha && { config: sweep.asha, ids };
    const common = { runs, threads, verbose, compile, needed, resume, asha };
    const retries = options.retries ?? sweep.retries;
    const title = describeStart(sweep, left.length, { jobs, threads, why });
    await progress.step(title, async (step) => {
      const board = new SweepBoard(record, sweep, { step, slots: jobs });
      await schedule(entries, { launcher, common, retries, failFast, signal }, board);
    });
  }

  // 4. Tell.
  signal.throwIfAborted();
  await progress.step('Summing up', async () => {
    await writeSweepSummary(record.folder);
  });
  const failed = record.runs.filter(({ state }) => state === 'failed');
  if (failed.length > 0) throw new RunError(describeFailures(failed, record.runs.length));
  await progress.step(describeBest(sweep, record.runs), async () => {});
  return record;
}

async function takeFinished(record: SweepRecord, runs: string): Promise<void> {
  for (const { run, id, state } of record.runs) {
    if (state !== 'waiting') continue;
    const done = await finishedRun(id, runs);
    if (done) await record.done(run, done, 0);
  }
}

function describeStart(
  { name, cells }: PlannedSweep,
  left: number,
  { jobs, threads, why }: Capacity,
): string {
  const runs = `${cells.length} ${cells.length === 1 ? 'run' : 'runs'}`;
  return [
    `Sweep ${name}: ${runs}`,
    left < cells.length ? `${left} to do` : '',
    `${jobs} at once`,
    `${threads} ${threads === 1 ? 'thread' : 'threads'} each`,
    why ?? '',
  ]
    .filter(Boolean)
    .join(', ');
}

function describeFailures(failed: readonly SweepRun[], runs: number): string {
  const rows = failed.map(({ run, settings, error }) => [
    `run ${run}`,
    showSettings(settings),
    error?.split('\n')[0] ?? '',
  ]);
  return [
    `${failed.length} of ${runs} runs failed:`,
    ...columns(rows, ['left', 'left', 'left']),
  ].join('\n');
}

/** Runs that were stopped are not compared with those that have had all their epochs. */
function describeBest({ metric }: PlannedSweep, runs: readonly SweepRun[]): string {
  const { name, goal } = metric;
  const sign = goal === 'minimize' ? 1 : -1;
  const worth = (run: SweepRun) => sign * (run.metrics?.[name] ?? Number.NaN);
  const finished = runs.filter(({ state }) => state === 'finished');
  const ranked = finished.filter((run) => !Number.isNaN(worth(run)));
  const [best] = ranked.toSorted((a, b) => worth(a) - worth(b));
  if (!best) return `no run gave ${name}`;
  const value = best.metrics?.[name]?.toPrecision(4);
  return `Best of ${finished.length} runs: run ${best.run} with ${showSettings(best.settings)}, ${name} ${value}`;
}
