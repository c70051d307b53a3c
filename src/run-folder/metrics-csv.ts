import { hash } from 'node:crypto';
import { join } from 'node:path';
import { fromCsv, toCsv } from '../common/csv.ts';
import { RunError } from '../common/errors.ts';
import { appendSynced, writeAtomic } from '../common/files.ts';
import {
  bestOf,
  columnName,
  type Goal,
  metricOf,
  toColumns,
  VALIDATION_LOSS,
} from '../experiment/metrics.ts';
import type { EpochRecord } from '../train/callbacks.ts';
import { readText, UnreadableFileError } from './run-file.ts';

/** The last columns. They differ between two trainings of the same experiment. */
const TIMES = ['seconds', 'images_per_second', 'waiting_seconds'] as const;

export function metricsCsvPath(folder: string): string {
  return join(folder, 'metrics.csv');
}

/** The columns of metrics.csv for an experiment's metrics, for example `['accuracy', 'mse']`. */
export function metricsColumns(metrics: readonly string[]): string[] {
  const measured = ['loss', ...metrics];
  return [
    'phase',
    'phase_epoch',
    'epoch',
    'step',
    'learning_rate',
    ...measured,
    ...measured.map((metric) => columnName(metric, 'validation')),
    ...TIMES,
  ];
}

/**
 * Writes metrics.csv while its run trains: each row is on the disk before training continues, and each epoch has one
 * row.
 */
export class MetricsCsv {
  readonly #path: string;
  readonly #columns: readonly string[];
  #epochs: EpochRecord[];

  private constructor(path: string, columns: readonly string[], epochs: EpochRecord[]) {
    this.#path = path;
    this.#columns = columns;
    this.#epochs = epochs;
  }

  /**
   * Creates the file in a run's folder, or continues the one that is there, without an incomplete last row.
   * @throws UnreadableFileError if that file has other columns, or a row is damaged.
   */
  static async open(folder: string, metrics: readonly string[]): Promise<MetricsCsv> {
    const path = metricsCsvPath(folder);
    const columns = metricsColumns(metrics);
    const csv = new MetricsCsv(path, columns, await readRows(path, columns));
    await csv.#rewrite();
    return csv;
  }

  get epochs(): readonly EpochRecord[] {
    return this.#epochs;
  }

  /**
   * Removes the rows after this number of epochs, because training repeats them.
   * @param digest of the rows that stay, as it was when they were written.
   * @throws RunError if there are fewer rows, or others.
   */
  async truncate(epochs: number, digest?: string): Promise<void> {
    const kept = this.#epochs.filter(({ epoch }) => epoch <= epochs);
    if (kept.length !== epochs) {
      throw new RunError(
        `${this.#path} must have the ${epochs} epochs that the checkpoint has. Received: ${kept.length}`,
      );
    }
    if (digest !== undefined && digest !== this.digest(epochs)) {
      throw new RunError(
        `${this.#path} has other rows than at the checkpoint. Put back a copy of the file`,
      );
    }
    this.#epochs = kept;
    await this.#rewrite();
  }

  /** SHA-256 of the rows up to this number of epochs. */
  digest(epochs: number): string {
    const rows = this.#epochs.filter(({ epoch }) => epoch <= epochs);
    return hash('sha256', toCsv(rows.map((record) => this.#row(record))));
  }

  /** Appends a row. If the epoch has a row, training repeats it: its row and all later ones go. */
  async append(record: EpochRecord): Promise<void> {
    const earlier = this.#epochs.filter(({ epoch }) => epoch < record.epoch);
    const isRepeated = earlier.length < this.#epochs.length;
    this.#epochs = [...earlier, record];
    if (isRepeated) await this.#rewrite();
    else await appendSynced(this.#path, toCsv([this.#row(record)]));
  }

  async #rewrite(): Promise<void> {
    const rows = this.#epochs.map((record) => this.#row(record));
    await writeAtomic(this.#path, toCsv([this.#columns, ...rows]));
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
 * Reads the epochs in a run's metrics.csv, in order, without an incomplete last row; none if there is no such file.
 * @throws UnreadableFileError if the columns are not those of a metrics.csv, or a row is damaged.
 */
export function readMetricsCsv(folder: string): Promise<EpochRecord[]> {
  return readRows(metricsCsvPath(folder));
}

/** @param expected the columns that the file must have; by default those for any metrics. */
async function readRows(path: string, expected?: readonly string[]): Promise<EpochRecord[]> {
  const text = (await readText(path)) ?? '';
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  if (!complete) return [];
  const [columns = [], ...rows] = parseRows(path, complete);
  const metrics = columns.slice(columns.indexOf('loss') + 1, columns.indexOf(VALIDATION_LOSS));
  const required = expected ?? metricsColumns(metrics);
  // Runs of early versions have no waiting_seconds.
  if (columns.join() !== required.join() && columns.join() !== required.slice(0, -1).join()) {
    throw damaged(path, `it must have the columns ${required.join()}. Received: ${columns.join()}`);
  }
  return rows.map((row, i) => {
    const wrong = columns.findIndex(
      (column, place) => column !== 'phase' && !isNumber(row[place] ?? ''),
    );
    if (wrong >= 0) {
      throw damaged(
        path,
        `line ${i + 2} must have a number as ${columns[wrong]}. Received: ${row[wrong]}`,
      );
    }
    const record = toRecord(columns, row);
    if (record.epoch === i + 1) return record;
    throw damaged(path, `line ${i + 2} must be of epoch ${i + 1}. Received: ${record.epoch}`);
  });
}

function parseRows(path: string, text: string): string[][] {
  try {
    return fromCsv(text);
  } catch (error) {
    throw damaged(path, (error as Error).message);
  }
}

/** The loss of a run that diverged is `NaN` or `Infinity`. */
function isNumber(cell: string): boolean {
  return cell === 'NaN' || (cell.trim() !== '' && !Number.isNaN(Number(cell)));
}

function damaged(path: string, reason: string): UnreadableFileError {
  return new UnreadableFileError(`${path} is damaged: ${reason}. Put back a copy of the file`);
}

function toRecord(columns: readonly string[], row: readonly string[]): EpochRecord {
  const text = new Map(columns.map((column, i) => [column, row[i] as string]));
  const number = (column: string) => Number(text.get(column));
  const metrics = columns.slice(columns.indexOf('loss'), columns.indexOf(VALIDATION_LOSS));
  const valuesOf = (split: 'train' | 'validation') =>
    Object.fromEntries(metrics.map((metric) => [metric, number(columnName(metric, split))]));
  return {
    phase: text.get('phase') as string,
    phaseEpoch: number('phase_epoch'),
    epoch: number('epoch'),
    step: number('step'),
    learningRate: number('learning_rate'),
    train: valuesOf('train'),
    validation: valuesOf('validation'),
    seconds: number('seconds'),
    imagesPerSecond: number('images_per_second'),
    waitingSeconds: text.has('waiting_seconds') ? number('waiting_seconds') : 0,
  };
}

/** The total time of some epochs, in seconds. */
export function totalSeconds(epochs: readonly EpochRecord[]): number {
  return epochs.reduce((total, { seconds }) => total + seconds, 0);
}

interface EarlyStopping {
  readonly monitor?: string;
  readonly goal?: Goal;
}

/** The column that ranks the epochs of a phase: the one that its early stopping monitors, else the validation loss. */
export function monitorOf(phase: { readonly earlyStopping?: EarlyStopping | null }): string {
  return phase.earlyStopping?.monitor ?? VALIDATION_LOSS;
}

/** The best epoch by the monitor of a phase; `null` if no value is finite. */
export function bestEpoch(
  epochs: readonly EpochRecord[],
  phase: { readonly earlyStopping?: EarlyStopping | null },
): EpochRecord | null {
  const monitor = monitorOf(phase);
  const goal = phase.earlyStopping?.goal ?? metricOf(monitor).goal;
  return bestOf(epochs, goal, (record) => toColumns(record)[monitor]) ?? null;
}

/** The epoch of a run whose weights its model has. */
export interface KeptEpoch {
  /** Name of the last phase. */
  readonly phase: string;
  readonly keptEpoch: number;
}

/**
 * The final metrics of a run, keyed by column: those of the kept epoch on the training split, those of the final model
 * on the validation split.
 */
export function finalMetrics(
  epochs: readonly EpochRecord[],
  kept: KeptEpoch | null,
  validation: Readonly<Record<string, number | null>>,
): Record<string, number> {
  const record = epochs.findLast(
    ({ phase, phaseEpoch }) => phase === kept?.phase && phaseEpoch === kept.keptEpoch,
  );
  const measured = Object.keys(record?.validation ?? {});
  return toColumns({
    train: record?.train ?? {},
    validation: Object.fromEntries(measured.map((name) => [name, validation[name] ?? Number.NaN])),
  });
}
