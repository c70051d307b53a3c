import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ValidationImages } from '../analysis/diff.ts';
import { confusionChart } from '../charts/confusion.ts';
import { renderPng } from '../charts/render.ts';
import { writeAtomic } from '../common/files.ts';
import { validationImages } from './environment.ts';
import type { ClassifiedSplit } from './finished-run.ts';
import {
  writeClassificationReport,
  writeConfusionMatrix,
  writePredictions,
} from './predictions.ts';
import { JsonFile } from './run-file.ts';

/*
 * The folder of an evaluation of a model on other images: evaluation.json, and the tables of predictions of a run.
 */

/** The content of evaluation.json. */
export interface ModelEvaluation {
  /** The name of the run, or of the folder of an exported model. */
  readonly model: string;
  readonly data: {
    readonly dataset: string;
    /** A path or a URL; `null`: that of a published dataset. */
    readonly source: string | null;
    readonly split: string;
  };
  readonly images: number;
  /** Images that could not be read. */
  readonly broken: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Identifies the images, so that two evaluations can be compared image by image. */
  readonly evaluated: ValidationImages;
}

const EVALUATION = new JsonFile<ModelEvaluation>('evaluation.json', {
  version: 1,
  keys: ['model', 'data', 'metrics', 'evaluated'],
});

/** Reads evaluation.json; `null` if there is none. @throws UnreadableFileError */
export function readEvaluation(folder: string): Promise<ModelEvaluation | null> {
  return EVALUATION.read(folder);
}

/** Writes the files of an evaluation. evaluation.json comes last, so that a folder with that file is complete. */
export async function writeEvaluation(
  folder: string,
  evaluation: Omit<ModelEvaluation, 'evaluated'>,
  split: ClassifiedSplit,
): Promise<void> {
  const { classNames, images, confusion: matrix } = split;
  await mkdir(folder, { recursive: true });
  await writePredictions(folder, split);
  await writeConfusionMatrix(folder, split);
  await writeClassificationReport(folder, split);
  const chart = confusionChart({ title: evaluation.model, classNames, matrix });
  await writeAtomic(join(folder, 'confusion_matrix.png'), await renderPng(chart));
  const evaluated = validationImages({ classNames, validation: images });
  await EVALUATION.write(folder, { ...evaluation, evaluated });
}
