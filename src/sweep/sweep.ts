import type { LoadedExperiment } from '../config/load.ts';
import { InterruptedError } from '../errors.ts';
import { type RunOptions, runExperiment } from '../experiment.ts';
import { type PlannedSweep, planSweep, showSettings } from '../plan/sweep.ts';
import { SweepRecord, type SweepRun } from '../record/sweep-record.ts';

/**
 * Each run of a sweep, one after another; the first that fails ends it.
 * @throws InputError before the first run when any of them cannot be run as it stands.
 */
export async function runSweep(
  loaded: LoadedExperiment,
  options: RunOptions,
): Promise<{ readonly folder: string }> {
  const sweep = await planSweep(loaded);
  const record = await SweepRecord.open(options.runs, sweep);
  for (const [index, { settings, loaded: one }] of sweep.cells.entries()) {
    const run = index + 1;
    await announce(options, `Run ${run} of ${sweep.cells.length}: ${showSettings(settings)}`);
    try {
      await record.finished(run, await runExperiment(one, options));
    } catch (error) {
      if (!(error instanceof InterruptedError)) await record.failed(run, messageOf(error));
      throw error;
    }
  }
  await announce(options, describeBest(sweep, record.runs));
  return record;
}

async function announce({ progress }: RunOptions, line: string): Promise<void> {
  await progress.step(line, async () => {});
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describeBest({ metric }: PlannedSweep, runs: readonly SweepRun[]): string {
  const { name, goal } = metric;
  const sign = goal === 'minimize' ? 1 : -1;
  const worth = (run: SweepRun) => sign * (run.metrics?.[name] ?? Number.NaN);
  const ranked = runs.filter((run) => !Number.isNaN(worth(run)));
  const [best] = ranked.toSorted((a, b) => worth(a) - worth(b));
  if (!best) return `no run gave ${name}`;
  const value = best.metrics?.[name]?.toPrecision(4);
  return `Best of ${runs.length} runs: run ${best.run} with ${showSettings(best.settings)}, ${name} ${value}`;
}
