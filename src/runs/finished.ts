import type { RunResult } from '../run-folder/finished-run.ts';
import { finalMetrics, readMetricsCsv } from '../run-folder/metrics-csv.ts';
import type { RunPlace } from '../run-folder/run-folder.ts';
import { type EndState, readStatus } from '../run-folder/status.ts';
import { readSummary } from '../run-folder/summary.ts';
import { runsOfId } from './places.ts';

/** Returns the result of the latest finished run of an id; `null` if there is none. */
export async function finishedRun(id: string, runs: string): Promise<RunResult | null> {
  return latestResult(await runsOfId(id, runs), 'finished');
}

/** Returns the result of the latest run of an id that a sweep stopped; `null` if there is none. */
export async function stoppedRun(
  id: string,
  runs: string,
  sweep: string,
): Promise<RunResult | null> {
  const places = await runsOfId(id, runs);
  const own = places.filter(({ experiment }) => experiment === sweep);
  return latestResult(own, 'stopped');
}

/** Returns the folder of the latest interrupted or failed run of an id; `null` if there is none. */
export async function unfinishedRun(id: string, runs: string): Promise<string | null> {
  for (const { path } of await runsOfId(id, runs)) {
    const state = (await readStatus(path))?.state ?? 'interrupted';
    if (state === 'interrupted' || state === 'failed') return path;
  }
  return null;
}

type CompleteState = Exclude<EndState, 'failed'>;

async function latestResult(
  places: readonly RunPlace[],
  state: CompleteState,
): Promise<RunResult | null> {
  for (const { path } of places) {
    if ((await readStatus(path))?.state === state) return readResult(path, state);
  }
  return null;
}

async function readResult(folder: string, state: CompleteState): Promise<RunResult> {
  const summary = await readSummary(folder);
  const last = summary?.phases.at(-1);
  const metrics = finalMetrics(
    await readMetricsCsv(folder),
    last ? { phase: last.name, keptEpoch: last.keptEpoch } : null,
    summary?.validation ?? {},
  );
  return { folder, metrics, stopped: state === 'stopped' ? (last?.stoppedEarly ?? '') : null };
}
