import type { FinishedRun } from '../finished-run.ts';
import { confusionChart } from '../plots/confusion.ts';
import { curvesChart } from '../plots/curves.ts';
import { examplesChart } from '../plots/examples.ts';
import { mistakesChart } from '../plots/mistakes.ts';
import type { Answers } from '../plots/picture-grid.ts';
import { renderPng } from '../plots/render.ts';

/** Loss and accuracy; without accuracy the experiment's first metric. */
export function curvesPicture({ experiment, epochs }: FinishedRun): Promise<Uint8Array> {
  const labels = experiment.metrics.map(({ label }) => label);
  const metric = labels.find((label) => label === 'accuracy') ?? labels[0] ?? null;
  return renderPng(curvesChart({ title: experiment.name, epochs, metric }));
}

export function confusionPicture({
  experiment,
  data,
  confusion,
}: FinishedRun): Promise<Uint8Array> {
  const { classNames } = data;
  return renderPng(confusionChart({ title: experiment.name, classNames, matrix: confusion }));
}

export async function examplesPicture(run: FinishedRun): Promise<Uint8Array> {
  return renderPng(await examplesChart(answersOf(run), run.experiment.seed));
}

export async function mistakesPicture(run: FinishedRun): Promise<Uint8Array> {
  return renderPng(await mistakesChart(answersOf(run)));
}

function answersOf({ experiment, data, predictions }: FinishedRun): Answers {
  const { classNames, validation } = data;
  return { title: experiment.name, classNames, pictures: validation, predictions };
}
