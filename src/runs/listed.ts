import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listEntries, portablePath } from '../common/files.ts';
import type { ExperimentFile } from '../experiment/file-types.ts';
import { toColumns } from '../experiment/metrics.ts';
import { readResolved } from '../run-folder/experiment-files.ts';
import { readMetricsCsv, totalSeconds } from '../run-folder/metrics-csv.ts';
import { readingRun, UnreadableFileError } from '../run-folder/run-file.ts';
import type { RunPlace } from '../run-folder/run-folder.ts';
import { type RunState, type RunStatus, readStatus } from '../run-folder/status.ts';
import { readFinalValidation } from '../run-folder/summary.ts';
import type { EpochRecord } from '../train/callbacks.ts';

/** A run in tables of many runs. */
export interface ListedRun extends RunPlace {
  readonly state: RunState;
  /** The message of the error that a failed run ended with, or the damage of a damaged one. */
  readonly error: string | null;
  readonly epochs: number;
  /** The total time of all epochs. */
  readonly seconds: number;
  /** `val_loss`, … of the final model; of the last epoch until the run finishes. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Reads a run for a table; a run with unreadable files is `damaged`. */
export async function readListedRun(place: RunPlace): Promise<ListedRun> {
  try {
    return await readingRun(place.path, () => readIntactRun(place));
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    return { ...place, state: 'damaged', error: error.message, epochs: 0, seconds: 0, metrics: {} };
  }
}

async function readIntactRun(place: RunPlace): Promise<ListedRun> {
  const status = await readStatus(place.path);
  const epochs = await readMetricsCsv(place.path);
  const final = await readFinalValidation(place.path);
  const last = toColumns({ validation: epochs.at(-1)?.validation ?? {} });
  return {
    ...place,
    state: status?.state ?? 'interrupted',
    error: status?.error ?? null,
    epochs: epochs.length,
    seconds: totalSeconds(epochs),
    metrics: Object.keys(final).length > 0 ? final : last,
  };
}

/** A single run; `null` for files that it does not have yet. */
export interface ShownRun {
  readonly folder: string;
  readonly status: RunStatus | null;
  /** The content of resolved.yaml. */
  readonly experiment: ExperimentFile | null;
  readonly epochs: readonly EpochRecord[];
  /** `val_loss`, … of the final model. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** @throws UnreadableFileError */
export function readShownRun(folder: string): Promise<ShownRun> {
  return readingRun(folder, async () => ({
    folder,
    status: await readStatus(folder),
    experiment: await readResolved(folder),
    epochs: await readMetricsCsv(folder),
    metrics: await readFinalValidation(folder),
    files: await filesIn(folder),
  }));
}

/** Lists files by name. Files that vanish meanwhile are left out. */
async function filesIn(folder: string): Promise<ShownRun['files']> {
  const entries = await listEntries(folder);
  const found = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const file = entry.isFile() ? await stat(path).catch(() => null) : null;
    return file ? [{ name: portablePath(folder, path), bytes: file.size }] : [];
  });
  const files = (await Promise.all(found)).flat();
  return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
