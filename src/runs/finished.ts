import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { columnName, toColumns } from '../experiment/metrics.ts';
import { readMetricsCsv } from '../run-folder/metrics-csv.ts';
import type { RunRecord } from '../run-folder/recorder.ts';
import { type Ending, readStatus } from '../run-folder/status.ts';
import { finalValidation } from './find.ts';
import { type RunPlace, runPlaces } from './places.ts';

/** Runs of one identity, of whatever experiment, the latest first. */
export async function runsOf(id: string, runs: string): Promise<RunPlace[]> {
  return (await runPlaces(runs)).filter((place) => place.id === id).reverse();
}

/** The latest run of an identity that was trained to its end; `null` if there is none. */
export async function finishedRun(id: string, runs: string): Promise<RunRecord | null> {
  return latest(await runsOf(id, runs), 'finished');
}

/** The latest run of an identity that fell behind others of a sweep; `null` if there is none. */
export async function stoppedRun(
  id: string,
  runs: string,
  sweep: string,
): Promise<RunRecord | null> {
  const all = await runsOf(id, runs);
  const own = all.filter(({ experiment }) => experiment === sweep);
  return latest(own, 'stopped');
}

type Ended = Exclude<Ending, 'failed'>;

async function latest(places: readonly RunPlace[], state: Ended): Promise<RunRecord | null> {
  for (const { path } of places) {
    if ((await readStatus(path))?.state === state) return recordOf(path, state);
  }
  return null;
}

/** What a run said at its end. */
async function recordOf(folder: string, state: Ended): Promise<RunRecord> {
  const epochs = await readMetricsCsv(join(folder, 'metrics.csv'));
  const { phases } = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8')) as Summary;
  const last = phases.at(-1);
  const kept = epochs.findLast(
    ({ phase, phaseEpoch }) => phase === last?.name && phaseEpoch === last.keptEpoch,
  );
  const final = await finalValidation(folder);
  const validation = Object.keys(kept?.validation ?? {}).map((name) => [
    name,
    final[columnName(name, 'validation')] ?? Number.NaN,
  ]);
  const metrics = toColumns({
    train: kept?.train ?? {},
    validation: Object.fromEntries(validation),
  });
  return { folder, metrics, stopped: state === 'stopped' ? (last?.stoppedEarly ?? '') : null };
}

interface Summary {
  readonly phases: readonly {
    readonly name: string;
    readonly keptEpoch: number;
    readonly stoppedEarly: string | null;
  }[];
}

/** Folder of the latest run of an identity that was interrupted or has failed; `null` if there is none. */
export async function unfinishedRun(id: string, runs: string): Promise<string | null> {
  for (const { path } of await runsOf(id, runs)) {
    const state = (await readStatus(path))?.state ?? 'interrupted';
    if (state === 'interrupted' || state === 'failed') return path;
  }
  return null;
}
