import { stringify } from 'csv-stringify/sync';
import { classificationReport, type Scores } from '../../compare/classification.ts';
import type { FinishedRun } from '../finished-run.ts';

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
