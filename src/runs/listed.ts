import { readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import { listEntries } from '../common/files.ts';
import type { ExperimentFile } from '../experiment/file-types.ts';
import { toColumns } from '../experiment/metrics.ts';
import { readMetricsCsv } from '../run-folder/metrics-csv.ts';
import { DamagedError } from '../run-folder/read-record.ts';
import { type RunState, type RunStatus, readStatus } from '../run-folder/status.ts';
import type { EpochRecord } from '../train/callbacks.ts';
import { finalValidation } from './find.ts';
import type { RunPlace } from './places.ts';

/** A run as tables of many runs show it. */
export interface ListedRun extends RunPlace {
  readonly state: RunState;
  /** What made it fail, or what is damaged. */
  readonly error: string | null;
  readonly epochs: number;
  /** Of all epochs. */
  readonly seconds: number;
  /** `val_loss`, … of its model; of its last epoch while there is no finished one. */
  readonly metrics: Readonly<Record<string, number>>;
}

export async function listedRun(place: RunPlace): Promise<ListedRun> {
  try {
    return await whole(place);
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error;
    return { ...place, state: 'damaged', error: error.message, epochs: 0, seconds: 0, metrics: {} };
  }
}

async function whole(place: RunPlace): Promise<ListedRun> {
  const status = await readStatus(place.path);
  const epochs = await readMetricsCsv(join(place.path, 'metrics.csv'));
  const final = await finalValidation(place.path);
  const last = toColumns({ validation: epochs.at(-1)?.validation ?? {} });
  return {
    ...place,
    state: status?.state ?? 'interrupted',
    error: status?.error ?? null,
    epochs: epochs.length,
    seconds: epochs.reduce((sum, epoch) => sum + epoch.seconds, 0),
    metrics: Object.keys(final).length > 0 ? final : last,
  };
}

/** All that a run's folder says of it; `null` for what was not written. */
export interface ShownRun {
  readonly folder: string;
  readonly status: RunStatus | null;
  /** As resolved.yaml states it. */
  readonly experiment: ExperimentFile | null;
  readonly epochs: readonly EpochRecord[];
  /** `val_loss`, … of the finished model. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

export async function shownRun(folder: string): Promise<ShownRun> {
  const resolved = await readFile(join(folder, 'resolved.yaml'), 'utf8').catch(() => null);
  return {
    folder,
    status: await readStatus(folder),
    experiment: resolved === null ? null : (parse(resolved) as ExperimentFile),
    epochs: await readMetricsCsv(join(folder, 'metrics.csv')),
    metrics: await finalValidation(folder),
    files: await filesIn(folder),
  };
}

/** In the order of their names. */
async function filesIn(folder: string): Promise<ShownRun['files']> {
  const entries = await listEntries(folder);
  const found = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const file = entry.isFile() ? await stat(path).catch(() => null) : null;
    return file ? [{ name: relative(folder, path), bytes: file.size }] : [];
  });
  const files = (await Promise.all(found)).flat();
  return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
