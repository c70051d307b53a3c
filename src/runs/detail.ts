import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { classificationReport } from '../analysis/classification.ts';
import type { Json } from '../common/json.ts';
import { markDefaults } from '../config/mark-defaults.ts';
import { toColumns } from '../experiment/metrics.ts';
import { readRecord } from '../run-folder/read-record.ts';
import type { EpochRecord } from '../train/callbacks.ts';
import { type ShownRun, shownRun } from './listed.ts';
import { placeAt } from './places.ts';
import type { ClassResults, EpochRow, ImageCounts, PhaseRow, RunDetail } from './run-detail.ts';
import { readThumbnails } from './thumbnails.ts';

/** Of summary.json what `RunDetail` takes. */
interface Summary {
  readonly images: ImageCounts;
  readonly parameters: number;
  readonly phases: readonly (Pick<PhaseRow, 'name' | 'stoppedEarly'> & {
    readonly keptEpoch: number;
    readonly trainableParameters: number;
    readonly frozenParameters: number;
  })[];
}

/**
 * Reads a run's folder, whatever has become of the run.
 * @throws DamagedError when a file of it does not hold what runs write.
 */
export async function runDetail(folder: string): Promise<RunDetail> {
  const path = resolve(folder);
  const read = (name: string) => readFile(join(path, name), 'utf8').catch(() => null);
  const run = await shownRun(path);
  const summary = await readRecord<Summary>(join(path, 'summary.json'), 'phases');
  const confusion = await read('confusion_matrix.csv');
  const resolved = await read('resolved.yaml');
  return {
    name: `${basename(dirname(path))}/${basename(path)}`,
    experiment: basename(dirname(path)),
    id: placeAt(path)?.id ?? '',
    folder,
    state: run.status?.state ?? 'interrupted',
    error: run.status?.error ?? null,
    started: run.status?.started ?? null,
    ended: run.status?.ended ?? null,
    seed: run.experiment?.seed ?? null,
    metrics: run.metrics,
    epochs: run.epochs.map(epochRow),
    phases: phaseRows(run, summary),
    images: summary?.images ?? null,
    parameters: summary?.parameters ?? null,
    classes: confusion === null ? null : classResults(confusion),
    thumbnails: await readThumbnails(path, run.experiment?.seed ?? 0),
    configuration: resolved === null ? [] : markDefaults(resolved),
    experimentFile: await read('experiment.yaml'),
    environment: await readRecord<{ [name: string]: Json }>(
      join(path, 'environment.json'),
      'cifarRun',
    ),
    files: run.files,
  };
}

function epochRow(record: EpochRecord): EpochRow {
  const { phase, phaseEpoch, epoch, learningRate, seconds, imagesPerSecond } = record;
  const metrics = Object.entries(toColumns(record)).map(([name, value]) => {
    return [name, Number.isFinite(value) ? value : null] as const;
  });
  return {
    ...{ phase, phaseEpoch, epoch, learningRate, seconds, imagesPerSecond },
    metrics: Object.fromEntries(metrics),
  };
}

function phaseRows({ experiment, epochs }: ShownRun, summary: Summary | null): PhaseRow[] {
  return (experiment?.phases ?? []).map(({ name = '', epochs: planned }) => {
    const own = epochs.filter(({ phase }) => phase === name);
    const ended = summary?.phases.find((phase) => phase.name === name);
    return {
      name,
      plannedEpochs: planned,
      epochs: own.length,
      seconds: own.reduce((sum, { seconds }) => sum + seconds, 0),
      stoppedEarly: ended?.stoppedEarly ?? null,
      keptEpoch: ended?.keptEpoch ?? null,
      trainableParameters: ended?.trainableParameters ?? null,
      frozenParameters: ended?.frozenParameters ?? null,
    };
  });
}

function classResults(confusionCsv: string): ClassResults {
  const [head = [], ...rows] = parseCsv(confusionCsv) as string[][];
  const confusion = rows.map(([, ...counts]) => counts.map(Number));
  return { names: head.slice(1), confusion, report: classificationReport(confusion) };
}
