import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { RunError } from '../common/errors.ts';
import { appendSynced, writeAtomic } from '../common/files.ts';
import { columnName, toColumns, VALIDATION_LOSS } from '../experiment/metrics.ts';
import type { EpochRecord } from '../train/callbacks.ts';

/** The last columns, which differ from one repetition of a run to the other. */
const TIMES = ['seconds', 'images_per_second', 'waiting_seconds'] as const;

/** The columns of metrics.csv for an experiment's metrics, e.g. `['accuracy', 'mse']`. */
export function metricsColumns(metrics: readonly string[]): string[] {
  const measured = ['loss', ...metrics];
  return [
    ...['phase', 'phase_epoch', 'epoch', 'step', 'learning_rate'],
    ...measured,
    ...measured.map((metric) => columnName(metric, 'validation')),
    ...TIMES,
  ];
}

/** metrics.csv as it grows: whole rows, each on the disk before training goes on, each epoch once. */
export class MetricsCsv {
  readonly #path: string;
  readonly #columns: readonly string[];
  #epochs: EpochRecord[] = [];

  private constructor(path: string, columns: readonly string[]) {
    this.#path = path;
    this.#columns = columns;
  }

  /**
   * Begins the file or goes on with the one that is there, less a last row that was cut off.
   * @throws RunError when that file has other columns.
   */
  static async open(path: string, metrics: readonly string[]): Promise<MetricsCsv> {
    const csv = new MetricsCsv(path, metricsColumns(metrics));
    csv.#epochs = await readMetricsCsv(path, csv.#columns);
    await csv.#rewrite();
    return csv;
  }

  get epochs(): readonly EpochRecord[] {
    return this.#epochs;
  }

  /**
   * Leaves out all rows after so many epochs: they are done again.
   * @throws RunError when there are fewer.
   */
  async cutAfter(epochs: number): Promise<void> {
    const kept = this.#epochs.filter(({ epoch }) => epoch <= epochs);
    if (kept.length !== epochs) {
      throw new RunError(
        `${this.#path} must have the ${epochs} epochs that the checkpoint has. Received: ${kept.length}`,
      );
    }
    this.#epochs = kept;
    await this.#rewrite();
  }

  /** Adds a row. An epoch that is there already is done anew: its row and all later ones go. */
  async append(record: EpochRecord): Promise<void> {
    const before = this.#epochs.filter(({ epoch }) => epoch < record.epoch);
    const again = before.length < this.#epochs.length;
    this.#epochs = [...before, record];
    if (again) await this.#rewrite();
    else await appendSynced(this.#path, stringify([this.#row(record)]));
  }

  async #rewrite(): Promise<void> {
    const rows = this.#epochs.map((record) => this.#row(record));
    await writeAtomic(this.#path, stringify([this.#columns, ...rows]));
  }

  #row(record: EpochRecord): unknown[] {
    const values: Record<string, unknown> = {
      phase: record.phase,
      phase_epoch: record.phaseEpoch,
      epoch: record.epoch,
      step: record.step,
      learning_rate: record.learningRate,
      ...toColumns(record),
      seconds: record.seconds,
      images_per_second: record.imagesPerSecond,
      waiting_seconds: record.waitingSeconds,
    };
    return this.#columns.map((column) => values[column]);
  }
}

/**
 * The epochs of a metrics.csv in their order, none if there is no such file; a last row that was cut
 * off as it was written is left out.
 * @param expected the columns that it must have; left out: any metrics.
 * @throws RunError when the columns are others.
 */
export async function readMetricsCsv(
  path: string,
  expected?: readonly string[],
): Promise<EpochRecord[]> {
  const text = await readFile(path, 'utf8').catch(ifMissing);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (!whole) return [];
  const [columns = [], ...rows] = parse(whole) as string[][];
  const metrics = columns.slice(columns.indexOf('loss') + 1, columns.indexOf(VALIDATION_LOSS));
  const right = expected ?? metricsColumns(metrics);
  // Runs of the program's first days have no waiting_seconds.
  if (columns.join() !== right.join() && columns.join() !== right.slice(0, -1).join()) {
    throw new RunError(
      `${path} must have the columns ${right.join()}. Received: ${columns.join()}`,
    );
  }
  return rows.map((row) => toRecord(columns, row));
}

function toRecord(columns: readonly string[], row: readonly string[]): EpochRecord {
  const text = new Map(columns.map((column, i) => [column, row[i] as string]));
  const number = (column: string) => Number(text.get(column));
  const metrics = columns.slice(columns.indexOf('loss'), columns.indexOf(VALIDATION_LOSS));
  return {
    phase: text.get('phase') as string,
    phaseEpoch: number('phase_epoch'),
    epoch: number('epoch'),
    step: number('step'),
    learningRate: number('learning_rate'),
    train: Object.fromEntries(metrics.map((metric) => [metric, number(metric)])),
    validation: Object.fromEntries(
      metrics.map((metric) => [metric, number(columnName(metric, 'validation'))]),
    ),
    seconds: number('seconds'),
    imagesPerSecond: number('images_per_second'),
    waitingSeconds: text.has('waiting_seconds') ? number('waiting_seconds') : 0,
  };
}

function ifMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}
