import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { TopLevelSpec } from 'vega-lite';
import { confusionChart } from '../charts/confusion.ts';
import { curvesChart } from '../charts/curves.ts';
import { examplesChart, mistakesChart } from '../charts/image-grid.ts';
import { renderPng } from '../charts/render.ts';
import { writeAtomic } from '../common/files.ts';
import type { EvaluatedRun } from './finished-run.ts';
import { writeImageSheet } from './image-sheet.ts';
import {
  writeClassificationReport,
  writeConfusionMatrix,
  writePredictions,
} from './predictions.ts';
import type { FailedArtifact } from './status.ts';

/*
 * The artifacts of a run: tables and charts that can be written again from its model. One that fails does not make the run
 * fail.
 */

/** Receives each chart, by the name of its file without `.png`. */
type ChartListener = (name: string, png: Buffer) => Promise<void>;

/** Writes a file into the folder of a run. */
type ArtifactWriter = (folder: string, run: EvaluatedRun, onChart?: ChartListener) => Promise<void>;

/** In the order in which they are written. */
const ARTIFACTS: Readonly<Record<string, ArtifactWriter>> = {
  'confusion_matrix.csv': writeConfusionMatrix,
  'classification_report.csv': writeClassificationReport,
  'predictions.csv': writePredictions,
  'images.webp': writeImageSheet,
  ...charts({
    curves: ({ experiment, epochs }) => curvesChart({ title: experiment.name, epochs }),
    confusion_matrix: ({ experiment, data, confusion }) =>
      confusionChart({ title: experiment.name, classNames: data.classNames, matrix: confusion }),
    examples: (run) => examplesChart(gridOf(run), run.experiment.seed),
    mistakes: (run) => mistakesChart(gridOf(run)),
  }),
};

/** Writes all artifacts. @returns those that failed. @throws the reason of the signal if it is aborted. */
export async function writeArtifacts(
  folder: string,
  run: EvaluatedRun,
  { signal, onChart }: { readonly signal: AbortSignal; readonly onChart?: ChartListener },
): Promise<FailedArtifact[]> {
  const failed: FailedArtifact[] = [];
  for (const [name, write] of Object.entries(ARTIFACTS)) {
    // Between two files, signals and timers get their turn.
    await setImmediate();
    signal.throwIfAborted();
    try {
      await write(folder, run, onChart);
    } catch (error) {
      failed.push({ name, error: (error as Error).message });
    }
  }
  return failed;
}

function charts(
  all: Readonly<Record<string, (run: EvaluatedRun) => TopLevelSpec | Promise<TopLevelSpec>>>,
): Record<string, ArtifactWriter> {
  return Object.fromEntries(
    Object.entries(all).map(([name, chartOf]) => [
      `${name}.png`,
      async (folder, run, onChart) => {
        const png = await renderPng(await chartOf(run));
        await writeAtomic(join(folder, `${name}.png`), png);
        await onChart?.(name, png);
      },
    ]),
  );
}

function gridOf({ experiment, data, predictions }: EvaluatedRun) {
  const { classNames, validation } = data;
  return { title: experiment.name, classNames, images: validation, predictions };
}
