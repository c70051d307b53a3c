import { join } from 'node:path';
import type { ClassifiedImages, Scores } from '../analysis/classification.ts';
import { fromCsv, toCsv } from '../common/csv.ts';
import { writeAtomic } from '../common/files.ts';
import { exactDecimal } from '../common/format.ts';
import { imageName } from '../data/dataset.ts';
import type { ClassifiedSplit } from './finished-run.ts';
import { readText, UnreadableFileError } from './run-file.ts';
import { readStatus } from './status.ts';
import { readSummary } from './summary.ts';

/*
 * The tables of a finished run's predictions for the validation split: predictions.csv, confusion_matrix.csv and
 * classification_report.csv.
 */

const PREDICTIONS = 'predictions.csv';
const COLUMNS = ['index', 'image', 'true', 'predicted', 'confidence'];
/** Before the class name in the column of its probability. */
const PROBABILITY = 'p_';

/** Writes a row for each image, in order, with the probability of every class. */
export async function writePredictions(folder: string, split: ClassifiedSplit): Promise<void> {
  const { classNames, images } = split;
  const { probabilities } = split.probabilities;
  const header = [...COLUMNS, ...classNames.map((name) => `${PROBABILITY}${name}`)];
  const rows = split.predictions.map(({ index, label, predicted, confidence }) => {
    const start = index * classNames.length;
    const row = probabilities.subarray(start, start + classNames.length);
    const numbers = [confidence, ...row].map(exactDecimal);
    const image = imageName(images, index);
    return [index, image, classNames[label], classNames[predicted], ...numbers];
  });
  await writeAtomic(join(folder, PREDICTIONS), toCsv([header, ...rows]));
}

/**
 * Reads predictions.csv; `null` if the run has not finished and so has none.
 * @throws UnreadableFileError if a finished run has none, or it is incomplete.
 */
export async function readPredictions(folder: string): Promise<ClassifiedImages | null> {
  const path = join(folder, PREDICTIONS);
  const text = await readText(path);
  if (text === null) {
    if ((await readStatus(folder))?.state !== 'finished') return null;
    throw damaged(path, 'the run has finished, but the file is missing');
  }
  const summary = await readSummary(folder);
  return parsePredictions(path, text, summary?.images.validation ?? null);
}

/** @param expected the number of images; `null` if it is unknown. */
function parsePredictions(path: string, text: string, expected: number | null): ClassifiedImages {
  const [header = [], ...rows] = withImages(parseRows(path, text));
  if (!text.endsWith('\n') || header.slice(0, COLUMNS.length).join() !== COLUMNS.join()) {
    throw damaged(path, `it must begin with the columns ${COLUMNS.join()} and have whole lines`);
  }
  if (expected !== null && rows.length !== expected) {
    throw damaged(path, `it has ${rows.length} of ${expected} images`);
  }
  const classNames = header.slice(COLUMNS.length).map((name) => name.slice(PROBABILITY.length));
  const labels = new Map(classNames.map((name, label) => [name, label]));
  const predictions = rows.map((row, index) => {
    const [label, predicted] = [labels.get(row[2] ?? ''), labels.get(row[3] ?? '')];
    if (Number(row[0]) !== index || label === undefined || predicted === undefined) {
      throw damaged(path, `line ${index + 2} is not of image ${index} and known classes: ${row}`);
    }
    return { index, label, predicted, confidence: Number(row[4]) };
  });
  return { classNames, predictions, imageNames: rows.map(([, image = '']) => image) };
}

/** Early versions wrote no column `image`. */
function withImages([header = [], ...rows]: string[][]): string[][] {
  if (header[1] !== 'true') return [header, ...rows];
  return [
    header.toSpliced(1, 0, 'image'),
    ...rows.map((row, i) => row.toSpliced(1, 0, `image ${i}`)),
  ];
}

const CONFUSION_MATRIX = 'confusion_matrix.csv';

/** A confusion matrix and the classes of its rows and columns. */
export interface NamedConfusion {
  readonly classNames: readonly string[];
  /** Counts of images; rows are true classes, columns are predicted classes. */
  readonly confusion: readonly (readonly number[])[];
}

/** Writes the counts: a row for each true class, a column for each predicted class. */
export async function writeConfusionMatrix(
  folder: string,
  { classNames, confusion }: ClassifiedSplit,
): Promise<void> {
  const rows = confusion.map((counts, i) => [classNames[i], ...counts]);
  const csv = toCsv([['true \\ predicted', ...classNames], ...rows]);
  await writeAtomic(join(folder, CONFUSION_MATRIX), csv);
}

/** Reads confusion_matrix.csv; `null` if there is none. @throws UnreadableFileError */
export async function readConfusionMatrix(folder: string): Promise<NamedConfusion | null> {
  const path = join(folder, CONFUSION_MATRIX);
  const text = await readText(path);
  if (text === null) return null;
  const [header = [], ...rows] = parseRows(path, text);
  return {
    classNames: header.slice(1),
    confusion: rows.map(([, ...counts]) => counts.map(Number)),
  };
}

/** Writes the rows of scikit-learn's `classification_report`, in full precision. */
export async function writeClassificationReport(
  folder: string,
  { classNames, report }: ClassifiedSplit,
): Promise<void> {
  const { classes, accuracy, macroAverage, weightedAverage } = report;
  const row = (name: string, { precision, recall, f1, support }: Scores) => {
    return [name, precision, recall, f1, support];
  };
  const csv = toCsv([
    ['class', 'precision', 'recall', 'f1-score', 'support'],
    ...classes.map((scores, i) => row(classNames[i] ?? '', scores)),
    ['accuracy', null, null, accuracy, macroAverage.support],
    row('macro avg', macroAverage),
    row('weighted avg', weightedAverage),
  ]);
  await writeAtomic(join(folder, 'classification_report.csv'), csv);
}

function parseRows(path: string, csv: string): string[][] {
  try {
    return fromCsv(csv);
  } catch (error) {
    throw damaged(path, (error as Error).message);
  }
}

function damaged(path: string, reason: string): UnreadableFileError {
  return new UnreadableFileError(
    `${path} is damaged: ${reason}. Put back a copy of the file, or write it again: cifar-run artifacts RUN`,
  );
}
