import { type DataChoice, dataConfigOf } from '../config/data-choice.ts';
import { DataError, type Dataset, type LoadContext } from '../data/dataset.ts';
import { datasetKind } from '../data/datasets/table.ts';
import { readImages } from '../data/load.ts';
import type { Preprocessing } from '../data/preprocessing.ts';
import { indicesByLabel } from '../data/split.ts';
import { type ClassifiedSplit, classifySplit } from '../run-folder/finished-run.ts';
import type { SavedModel } from './model.ts';
import { type PredictOptions, predictImages } from './predict.ts';

/** A split of a dataset, labelled by the classes of a model. */
export interface LabelledSplit extends Pick<Dataset, 'broken'> {
  readonly split: 'train' | 'test';
  readonly images: Dataset['validation'];
}

/**
 * Reads all images of a split for a model.
 * @param split absent: the test split if the dataset has one, else all its images.
 * @throws DataError if there are no such images, or if they have a class that the model does not know.
 */
export async function readSplit(
  choice: DataChoice,
  split: 'train' | 'test' | undefined,
  { labels, imageShape, resize }: Preprocessing,
  context: Omit<LoadContext, 'imageShape'>,
): Promise<LabelledSplit> {
  const loading = { ...context, imageShape };
  const config = dataConfigOf(choice, resize);
  const raw = await datasetKind(choice.dataset).open(config, loading);
  const chosen = split ?? (raw.test ? 'test' : 'train');
  const source = raw[chosen];
  if (!source) throw new DataError(null, 'the dataset has no test split; use --split train');
  const known = indicesByLabel(source.labels, raw.classNames.length);
  const unknown = raw.classNames.filter((name, i) => known[i]?.length && !labels.includes(name));
  if (unknown.length > 0)
    throw new DataError(
      null,
      `the model does not know the class ${unknown.join(', ')}; it knows ${labels.join(', ')}`,
    );
  const indices = labels.map((name) => known[raw.classNames.indexOf(name)] ?? []);
  const { images, broken } = await readImages({ source, indices }, chosen, loading);
  if (images.labels.length > 0) return { split: chosen, images, broken };
  throw new DataError(null, `the ${chosen} split has no image that can be read`);
}

/** Predicts labelled images, and compares the predictions with the labels. */
export async function evaluateImages(
  saved: SavedModel,
  images: Dataset['validation'],
  options: PredictOptions,
): Promise<ClassifiedSplit> {
  const { labels } = saved.preprocessing;
  const probabilities = new Float32Array(images.labels.length * labels.length);
  let at = 0;
  for await (const row of predictImages(saved, images, options)) {
    probabilities.set(row, at);
    at += row.length;
  }
  return classifySplit(labels, images, probabilities);
}
