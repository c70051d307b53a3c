import { normalizeResize } from '../config/normalize.ts';
import type { BrokenImage, ImageSource, Images, LoadContext, RawDataset } from '../data/dataset.ts';
import { datasetKind, datasetNames } from '../data/datasets/table.ts';
import { type Duplicates, findDuplicates } from '../data/inspect/duplicates.ts';
import { damagedPaths, type Sizes, sizesOf } from '../data/inspect/inspect.ts';
import { readImages } from '../data/load.ts';
import { SelectedPixels } from '../data/pixels.ts';
import { draw, indicesByLabel, proportionalShares } from '../data/split.ts';
import type { Data } from '../experiment/file-types.ts';
import { withDefaults } from '../experiment/schema.ts';

/** Images of a dataset, before there is an experiment. */
export interface DataChoice {
  readonly dataset: string;
  /** An absolute path or a URL; `null`: the default source of the dataset. */
  readonly source: string | null;
}

/** The dataset that a word of the command line means: the name of a published one, a table, or a folder or archive. */
export function chooseData(word: string, resolvePath: (path: string) => string): DataChoice {
  if (datasetNames.includes(word)) return { dataset: word, source: null };
  const dataset = word.toLowerCase().endsWith('.csv') ? 'csv' : 'folder';
  return { dataset, source: resolvePath(word) };
}

/** What a look at the images says. Plain JSON but for the images. */
export interface Survey {
  readonly classNames: readonly string[];
  /** Number of all training images, by class. */
  readonly counts: readonly number[];
  /** Number of the images of the test split; `null` if there is none. */
  readonly testCount: number | null;
  /** Ratio of the images of the largest class to those of the smallest. */
  readonly imbalance: number;
  /** Sizes of the sampled images before they are resized. */
  readonly sizes: Sizes;
  /** True if the images come from files, and can have other sizes. */
  readonly areFiles: boolean;
  /** In the sample. */
  readonly broken: readonly BrokenImage[];
  readonly damaged: readonly string[];
  readonly duplicates: Duplicates;
  readonly sample: Sample;
}

/** Training images, drawn in proportion to the sizes of the classes, and as far as they exist test images. */
interface Sample {
  readonly train: Images;
  readonly test: Images | null;
}

export interface SurveyOptions extends DataChoice {
  readonly seed: number;
  /** The most training images of the sample. */
  readonly most: number;
  readonly context: LoadContext;
}

/**
 * Looks at a dataset: counts its images, and decodes a sample.
 *
 * @throws DataError if there are no labelled images of two classes.
 */
export async function survey(options: SurveyOptions): Promise<Survey> {
  const raw = await openData(options);
  const { classNames } = raw;
  const counts = indicesByLabel(raw.train.labels, classNames.length).map((own) => own.length);
  const sampled = await readSample(raw, options);
  const { train, test } = sampled.images;
  const splits = test ? [train, test] : [train];
  return {
    classNames,
    counts,
    testCount: raw.test?.labels.length ?? null,
    imbalance: Math.max(...counts) / Math.min(...counts),
    sizes: sizesOf(splits),
    areFiles: datasetKind(options.dataset).imageShape === undefined,
    broken: sampled.broken,
    damaged: damagedPaths(splits),
    duplicates: findDuplicates(train, test ?? noImages(train)),
    sample: { train, test },
  };
}

/** Reads the training images of the same sample in another size. */
export async function readTrainSample(options: SurveyOptions): Promise<Images> {
  const raw = await openData(options);
  return (await readSample({ ...raw, test: null }, options)).images.train;
}

function openData({ dataset, source, context }: SurveyOptions): Promise<RawDataset> {
  const data = withDefaults<Data>('data', { dataset, source, broken: 'skip' });
  const limit = { train: null, validation: null };
  const config = {
    ...data,
    limit,
    resize: normalizeResize('stretch'),
    preprocess: 'none',
    augment: [],
  } as const;
  return datasetKind(dataset).open(config, context);
}

async function readSample({ train, test, classNames }: RawDataset, options: SurveyOptions) {
  const { most, seed, context } = options;
  const read = (source: ImageSource, split: 'train' | 'test', limit: number) => {
    const byLabel = indicesByLabel(source.labels, classNames.length);
    const { drawn } = draw(byLabel, sampleShares(byLabel, limit), [seed, 'init', split]);
    return readImages({ source, indices: drawn }, split, context);
  };
  const trained = await read(train, 'train', most);
  const tested = test && (await read(test, 'test', Math.ceil(most / 4)));
  return {
    images: { train: trained.images, test: tested?.images ?? null },
    broken: [...trained.broken, ...(tested?.broken ?? [])],
  };
}

/** In proportion to the classes, but at least two images of each that has them: one to train on, one to test. */
function sampleShares(byLabel: readonly (readonly number[])[], limit: number): number[] {
  const sizes = byLabel.map((own) => own.length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= limit) return sizes;
  return proportionalShares(sizes, limit).map((share, label) =>
    Math.max(share, Math.min(2, sizes[label] as number)),
  );
}

function noImages(like: Images): Images {
  return { ...like, pixels: new SelectedPixels(like.pixels, []), labels: new Int32Array() };
}
