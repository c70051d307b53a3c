import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Table, textTable } from '../analysis/table.ts';
import { InputError } from '../common/errors.ts';
import { countOf, exactDecimal } from '../common/format.ts';
import { chooseData } from '../config/data-choice.ts';
import { imageName } from '../data/dataset.ts';
import { chooseCompiler } from '../engine/engine.ts';
import { startEngine } from '../engine/start-engine.ts';
import type { Device } from '../experiment/experiment.ts';
import { metricOf } from '../experiment/metrics.ts';
import { evaluateImages, readSplit } from '../predict/evaluate.ts';
import { findModel } from '../predict/model.ts';
import { chooseProgress, silentProgress } from '../progress/display.ts';
import { type ModelEvaluation, readEvaluation, writeEvaluation } from '../run-folder/evaluation.ts';
import { type ClassifiedSplit, classificationMetrics } from '../run-folder/finished-run.ts';

export interface EvaluateOptions {
  /** Folder of all runs. */
  readonly runs: string;
  /** A folder, archive or table of images, or the name of a dataset. */
  readonly data: string;
  readonly split?: 'train' | 'test';
  /** The folder to write. */
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly device?: Device;
  readonly verbose?: boolean;
  readonly signal: AbortSignal;
}

/**
 * `cifar-run evaluate MODEL --data DATA`: evaluates a model on other images of the same or fewer classes. Prints the metrics
 * and the scores of each class; `--out` writes the tables of a run, which `diff` compares.
 * @throws InputError if there is no such model, or the data have a class that it does not know.
 */
export async function evaluateCommand(reference: string, options: EvaluateOptions): Promise<void> {
  const { runs, split, out, json, device, verbose = false, signal } = options;
  const saved = await findModel(reference, runs);
  if (out !== undefined) await requireFree(out, options.force ?? false);
  const choice = chooseData(options.data);
  const progress = json ? silentProgress : await chooseProgress();
  const engine = await progress.step('Engine', ({ report }) =>
    startEngine({ device, threads: null, verbose, compiler: chooseCompiler(true), report }),
  );
  const { preprocessing } = saved;
  const read = await progress.step('Data', (step) =>
    readSplit(choice, split, preprocessing, { signal, jpegs: engine.jpegs, ...step }),
  );
  for (const { path, reason } of read.broken) process.stderr.write(`${path}: ${reason}\n`);
  const classified = await progress.step('Evaluation', () =>
    evaluateImages(saved, read.images, { engine, signal }),
  );
  const evaluation = {
    model: saved.name,
    data: { ...choice, split: read.split },
    images: read.images.labels.length,
    broken: read.broken.length,
    metrics: classificationMetrics(classified),
  };
  if (out !== undefined) await writeEvaluation(out, evaluation, classified);
  if (json) print(JSON.stringify(jsonOf(evaluation, classified), null, 2));
  else print(textOf(evaluation, classified));
  if (out !== undefined && !json) print(out);
}

/** @throws InputError unless the folder is new, empty, or an evaluation that may be replaced. */
async function requireFree(folder: string, force: boolean): Promise<void> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new InputError(`--out takes a folder. ${error.message}`);
  });
  if (files.length === 0) return;
  if (await readEvaluation(folder)) {
    if (force) return;
    throw new InputError(`${folder} has an evaluation already; --force replaces it`);
  }
  throw new InputError(`${folder} contains other files; choose another folder`);
}

type Evaluation = Omit<ModelEvaluation, 'evaluated'>;

function textOf({ model, data, images, metrics }: Evaluation, split: ClassifiedSplit): string {
  const { classNames, report } = split;
  const columns = ['precision', 'recall', 'f1', 'images'];
  const scores: Table = {
    columns: ['class', ...columns].map((name) => {
      const format = name === 'class' || name === 'images' ? 'text' : 'percent';
      return { name, title: name, format };
    }),
    rows: report.classes.flatMap(({ precision, recall, f1, support }, label) =>
      support > 0 ? [[classNames[label] ?? '', precision, recall, f1, support]] : [],
    ),
  };
  const values: Table = {
    columns: [
      { name: 'metric', title: 'metric', format: 'text' },
      { name: 'value', title: 'value', format: 'number' },
    ],
    rows: Object.entries(metrics),
    rowFormats: Object.keys(metrics).map((name) => metricOf(name).format),
  };
  const source = data.source === null ? data.dataset : basename(data.source);
  const title = `${model} on ${countOf(images, 'image')} of ${source}, ${data.split}`;
  return [title, textTable(values), textTable(scores)].join('\n\n');
}

function jsonOf(evaluation: Evaluation, split: ClassifiedSplit): object {
  const { classNames, report, confusion, predictions, images } = split;
  return {
    ...evaluation,
    classes: report.classes.map((scores, label) => ({ name: classNames[label], ...scores })),
    confusion,
    predictions: predictions.map(({ index, label, predicted, confidence }) => ({
      image: imageName(images, index),
      true: classNames[label],
      predicted: classNames[predicted],
      confidence: exactDecimal(confidence),
    })),
  };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
