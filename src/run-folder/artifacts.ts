import { stringify } from 'csv-stringify/sync';
import { classificationReport, type Scores } from '../analysis/classification.ts';
import { confusionChart } from '../charts/confusion.ts';
import { curvesChart } from '../charts/curves.ts';
import { type Answers, examplesChart, mistakesChart } from '../charts/image-grid.ts';
import { renderPng } from '../charts/render.ts';
import type { FinishedRun } from './finished-run.ts';
import { imageSheetJson, imageSheetWebp } from './image-sheet.ts';
import { summaryJson } from './summary.ts';

/** A file that is written once, when a run ends. */
export interface Artifact {
  readonly file: string;
  content(run: FinishedRun): string | Promise<string | Uint8Array>;
}

/** What a run leaves besides its model, metrics and log, in the order in which it is written. */
export const ARTIFACTS: readonly Artifact[] = [
  { file: 'summary.json', content: summaryJson },
  { file: 'confusion_matrix.csv', content: confusionMatrixCsv },
  { file: 'classification_report.csv', content: classificationReportCsv },
  { file: 'predictions.csv', content: predictionsCsv },
  { file: 'images.json', content: imageSheetJson },
  { file: 'images.webp', content: imageSheetWebp },
  { file: 'curves.png', content: curvesImage },
  { file: 'confusion_matrix.png', content: confusionImage },
  { file: 'examples.png', content: examplesImage },
  { file: 'mistakes.png', content: mistakesImage },
];

/** The rows of scikit-learn's `classification_report`, at full precision. */
export function classificationReportCsv({ data, confusion }: FinishedRun): string {
  const report = classificationReport(confusion);
  const { accuracy, macroAverage, weightedAverage } = report;
  return stringify([
    ['class', 'precision', 'recall', 'f1-score', 'support'],
    ...report.classes.map((scores, i) => row(data.classNames[i] ?? '', scores)),
    ['accuracy', null, null, accuracy, macroAverage.support],
    row('macro avg', macroAverage),
    row('weighted avg', weightedAverage),
  ]);
}

function row(name: string, { precision, recall, f1, support }: Scores) {
  return [name, precision, recall, f1, support];
}

/** Counts; a row for each true class, a column for each predicted one. */
export function confusionMatrixCsv({ data, confusion }: FinishedRun): string {
  const { classNames } = data;
  const rows = confusion.map((counts, i) => [classNames[i], ...counts]);
  return stringify([['true \\ predicted', ...classNames], ...rows]);
}

/** Enough to give every float32 back exactly. */
const DIGITS = 9;

/** A row for each validation image, in their order, with the probability of every class. */
export function predictionsCsv({ data, evaluation, predictions }: FinishedRun): string {
  const { classNames } = data;
  const { probabilities } = evaluation;
  const columns = ['index', 'true', 'predicted', 'confidence'];
  const rows = predictions.map(({ index, label, predicted, confidence }) => {
    const start = index * classNames.length;
    const row = probabilities.subarray(start, start + classNames.length);
    const numbers = [confidence, ...row].map((p) => Number(p.toPrecision(DIGITS)));
    return [index, classNames[label], classNames[predicted], ...numbers];
  });
  return stringify([[...columns, ...classNames.map((name) => `p_${name}`)], ...rows]);
}

export function curvesImage({ experiment, epochs }: FinishedRun): Promise<Uint8Array> {
  return renderPng(curvesChart({ title: experiment.name, epochs }));
}

export function confusionImage({ experiment, data, confusion }: FinishedRun): Promise<Uint8Array> {
  const { classNames } = data;
  return renderPng(confusionChart({ title: experiment.name, classNames, matrix: confusion }));
}

export async function examplesImage(run: FinishedRun): Promise<Uint8Array> {
  return renderPng(await examplesChart(answersOf(run), run.experiment.seed));
}

export async function mistakesImage(run: FinishedRun): Promise<Uint8Array> {
  return renderPng(await mistakesChart(answersOf(run)));
}

function answersOf({ experiment, data, predictions }: FinishedRun): Answers {
  const { classNames, validation } = data;
  return { title: experiment.name, classNames, images: validation, predictions };
}
