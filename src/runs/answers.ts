import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { classificationReport, confusionMatrix } from '../analysis/classification.ts';
import type { Answers } from '../analysis/diff.ts';
import { DamagedError, readRecord } from '../run-folder/read-record.ts';
import { readStatus } from '../run-folder/status.ts';

const COLUMNS = ['index', 'true', 'predicted', 'confidence'];

interface Summary {
  readonly images: { readonly validation: number };
}

/**
 * What a run's predictions.csv says; `null` where the run has not finished and so has none.
 * @throws DamagedError when a finished run has none, or it is not whole.
 */
export async function readAnswers(folder: string): Promise<Answers | null> {
  const path = join(folder, 'predictions.csv');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) {
    if ((await readStatus(folder))?.state !== 'finished') return null;
    throw damaged(path, 'the run has finished, but the file is not there or cannot be read');
  }
  const summary = await readRecord<Summary>(join(folder, 'summary.json'), 'images');
  return answersOf(text, summary?.images.validation ?? null, (reason) => damaged(path, reason));
}

/** @param expected how many images there are; `null`: that is not known. */
function answersOf(
  csv: string,
  expected: number | null,
  wrong: (reason: string) => DamagedError,
): Answers {
  const [head = [], ...rows] = rowsOf(csv, wrong);
  if (!csv.endsWith('\n') || head.slice(0, 4).join() !== COLUMNS.join()) {
    throw wrong(`it must begin with the columns ${COLUMNS.join()} and hold whole lines`);
  }
  if (expected !== null && rows.length !== expected) {
    throw wrong(`it has ${rows.length} of ${expected} images`);
  }
  // After these, p_<class> each.
  const classNames = head.slice(COLUMNS.length).map((name) => name.slice('p_'.length));
  const labelOf = new Map(classNames.map((name, label) => [name, label]));
  const predictions = rows.map((row, index) => {
    const [label, predicted] = [labelOf.get(row[1] ?? ''), labelOf.get(row[2] ?? '')];
    const confidence = Number(row[3]);
    if (Number(row[0]) !== index || label === undefined || predicted === undefined) {
      throw wrong(`line ${index + 2} is not of image ${index} and known classes: ${row}`);
    }
    return { index, label, predicted, confidence };
  });
  const confusion = confusionMatrix(predictions, classNames.length);
  return {
    classNames,
    labels: predictions.map(({ label }) => label),
    predicted: predictions.map(({ predicted }) => predicted),
    confidence: predictions.map(({ confidence }) => confidence),
    report: classificationReport(confusion),
    confusion,
  };
}

function rowsOf(csv: string, wrong: (reason: string) => DamagedError): string[][] {
  try {
    return parse(csv) as string[][];
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function damaged(path: string, reason: string): DamagedError {
  return new DamagedError(
    `${path} is damaged: ${reason}. Put back a copy of the file, or do the run again`,
  );
}
