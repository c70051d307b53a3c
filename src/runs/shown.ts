import { readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import type { ExperimentFile } from '../config/file-types.ts';
import { readMetricsCsv } from '../record/metrics-csv.ts';
import { type RunStatus, readStatus } from '../record/status.ts';
import { entriesWithin } from '../storage/entries.ts';
import type { EpochRecord } from '../train/callbacks.ts';
import { finalValidation } from './find.ts';

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
  const entries = await entriesWithin(folder);
  const found = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const file = entry.isFile() ? await stat(path).catch(() => null) : null;
    return file ? [{ name: relative(folder, path), bytes: file.size }] : [];
  });
  const files = (await Promise.all(found)).flat();
  return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
