import { statOrNull } from '../common/files.ts';
import type { DataConfig } from '../experiment/experiment.ts';
import type { LoadContext, RawDataset } from './dataset.ts';
import { datasetKind, knownClasses } from './datasets/table.ts';
import { cachePath, isUrl, openTree } from './files/source.ts';
import { findNamed } from './files/tree.ts';
import { classWeights } from './load.ts';
import { noTestSplit, selectImages } from './split.ts';

/** What is known of data before they are loaded. */
export interface KnownData {
  /** `null` if they are known only after a download. */
  readonly classNames: readonly string[] | null;
  /** The training images, or more; `null` if their number is not known. */
  readonly mostImages: number | null;
}

/**
 * Checks the data of an experiment as far as it is on this machine, without decoding an image: the source, the classes, and
 * whether each split has images of each class.
 *
 * @param imageShape Height, width and channels of the model's input.
 * @throws DataError
 */
export async function checkData(
  config: DataConfig,
  seed: number,
  imageShape: LoadContext['imageShape'],
): Promise<KnownData> {
  const { source, classes, validation } = config;
  const kind = datasetKind(config.dataset);
  if (validation === 'test' && kind.hasTest === false) throw noTestSplit();
  const known = { classNames: knownClasses(config), mostImages: publishedImages(config) };
  if (source === null || (isUrl(source) && !statOrNull(cachePath(source)))) return known;
  if (kind.classNames) {
    if (kind.files && !isUrl(source)) await findNamed(await openTree(source), kind.files);
    return known;
  }
  const raw = await openOnce(config, imageShape);
  const classNames = classes ?? raw.classNames;
  const { train } = selectImages(raw, classNames, config, seed);
  const labels = train.indices.flatMap((own, label) => own.map(() => label));
  classWeights(config.classWeights, classNames, Int32Array.from(labels));
  return { classNames, mostImages: labels.length };
}

/**
 * Returns the number of training images of a published dataset; with `limit` it is the maximum. `null` if the data must be read.
 */
function publishedImages({ dataset, classes, validation, limit }: DataConfig): number | null {
  const { trainingImages: all, classNames } = datasetKind(dataset);
  if (all === undefined) return limit.train;
  const share = classes && classNames ? classes.length / classNames.length : 1;
  const kept = all * share * (validation === 'test' ? 1 : 1 - validation);
  return Math.min(Math.round(kept), limit.train ?? Number.POSITIVE_INFINITY);
}

/** Files are listed once a process: the trials of a sweep share them. */
const opened = new Map<string, Promise<RawDataset>>();

function openOnce(config: DataConfig, imageShape: LoadContext['imageShape']): Promise<RawDataset> {
  const { dataset, source, classes } = config;
  const key = JSON.stringify([dataset, source, classes, imageShape]);
  const signal = new AbortController().signal;
  const context = { imageShape, signal, report: () => {}, note: () => {} };
  const raw = opened.get(key) ?? datasetKind(dataset).open(config, context);
  opened.set(key, raw);
  return raw;
}
