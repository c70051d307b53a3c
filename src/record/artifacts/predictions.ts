import { stringify } from 'csv-stringify/sync';
import type { FinishedRun } from '../finished-run.ts';

/** Enough to give every float32 back exactly. */
const DIGITS = 9;

/** A row for each validation picture, in their order, with the probability of every class. */
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
