import { stringify } from 'csv-stringify/sync';
import type { FinishedRun } from '../finished-run.ts';

/** Counts; a row for each true class, a column for each predicted one. */
export function confusionMatrixCsv({ data, confusion }: FinishedRun): string {
  const { classNames } = data;
  const rows = confusion.map((counts, i) => [classNames[i], ...counts]);
  return stringify([['true \\ predicted', ...classNames], ...rows]);
}
