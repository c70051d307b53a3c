import type { TopLevelSpec } from 'vega-lite';
import { confusionChart } from '../charts/confusion.ts';
import { curvesChart } from '../charts/curves.ts';
import { examplesChart, mistakesChart } from '../charts/image-grid.ts';
import type { FinishedRun } from './finished-run.ts';
import { writeImageSheet } from './image-sheet.ts';
import {
  writeClassificationReport,
  writeConfusionMatrix,
  writePredictions,
} from './predictions.ts';
import { writeSummary } from './summary.ts';

/** Writes a file about a finished run into its folder. */
type TableWriter = (folder: string, run: FinishedRun) => Promise<void>;

/** The tables of a finished run, in the order in which they are written. */
export const TABLES: readonly TableWriter[] = [
  writeSummary,
  writeConfusionMatrix,
  writeClassificationReport,
  writePredictions,
  writeImageSheet,
];

/** The charts of a finished run, by the names of their PNG files. */
export const CHARTS: Readonly<
  Record<string, (run: FinishedRun) => TopLevelSpec | Promise<TopLevelSpec>>
> = {
  curves: ({ experiment, epochs }) => curvesChart({ title: experiment.name, epochs }),
  confusion_matrix: ({ experiment, data, confusion }) =>
    confusionChart({ title: experiment.name, classNames: data.classNames, matrix: confusion }),
  examples: (run) => examplesChart(gridOf(run), run.experiment.seed),
  mistakes: (run) => mistakesChart(gridOf(run)),
};

function gridOf({ experiment, data, predictions }: FinishedRun) {
  const { classNames, validation } = data;
  return { title: experiment.name, classNames, images: validation, predictions };
}
