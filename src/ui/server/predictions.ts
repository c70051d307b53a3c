import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { InputError } from '../../common/errors.ts';
import { datasetKind } from '../../data/datasets/table.ts';
import type { DataConfig, EvaluateConfig } from '../../experiment/experiment.ts';
import type { ExperimentFile } from '../../experiment/file-types.ts';
import type { ImageSheet } from '../../run-folder/image-sheet.ts';
import { readRecord } from '../../run-folder/read-record.ts';
import { readAnswers } from '../../runs/answers.ts';
import type { PredictedImage } from '../../runs/run-detail.ts';

/** The validation images that a run's folder contains, with their predictions. */
export interface RunImages {
  readonly images: readonly SheetImage[];
  /** Number of all validation images, by the names of their true class and their predicted class. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface SheetImage extends PredictedImage {
  readonly tile: Tile;
}

/** The place of an image in images.webp, in pixels. */
interface Tile {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly sheetWidth: number;
  readonly sheetHeight: number;
}

/** @throws InputError if the run's folder contains no images. */
export async function readRunImages(run: string): Promise<RunImages> {
  const sheet = await readRecord<ImageSheet>(join(run, 'images.json'), 'indexes');
  if (sheet === null)
    throw new InputError(
      'this run has no saved images: it has not finished, or an old version of cifar-run trained it',
    );
  const answers = await readAnswers(run);
  if (answers === null) return { images: [], counts: {} };
  const { classNames, labels, predicted, confidence, confusion } = answers;
  const className = (label: number | undefined) => classNames[label ?? -1] ?? '';
  const images = sheet.indexes.map((index, position) => ({
    index,
    truth: className(labels[index]),
    predicted: className(predicted[index]),
    confidence: confidence[index] ?? 0,
    tile: tileAt(position, sheet),
  }));
  const byClass = <T>(values: readonly T[]) =>
    Object.fromEntries(values.map((value, label) => [className(label), value]));
  return { images, counts: byClass(confusion.map(byClass)) };
}

function tileAt(position: number, { columns, width, height, indexes }: ImageSheet): Tile {
  return {
    left: (position % columns) * width,
    top: Math.floor(position / columns) * height,
    width,
    height,
    sheetWidth: columns * width,
    sheetHeight: Math.ceil(indexes.length / columns) * height,
  };
}

/** Everything but the model that a browser needs to predict the class of an image as the run does. */
export interface Predictor {
  readonly classNames: readonly string[];
  /** Height, width and channels of the dataset's images; `null` if they have the model's input shape. */
  readonly imageShape: readonly [number, number, number] | null;
  readonly preprocess: DataConfig['preprocess'];
  readonly tta: EvaluateConfig['tta'];
}

/** @throws InputError if the run has no model. */
export async function readPredictor(run: string): Promise<Predictor> {
  const labels = await readFile(join(run, 'model', 'labels.json'), 'utf8').catch(() => null);
  if (labels === null) throw new InputError(`${run} has no model: the run has not finished`);
  const resolved = await readFile(join(run, 'resolved.yaml'), 'utf8');
  const { data, evaluate } = parse(resolved) as ExperimentFile;
  return {
    classNames: JSON.parse(labels),
    imageShape: datasetKind(data.dataset).imageShape ?? null,
    preprocess: data.preprocess ?? 'none',
    tta: evaluate?.tta ?? 'none',
  };
}
