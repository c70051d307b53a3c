import { type DataChoice, dataConfigOf } from '../config/data-choice.ts';
import { normalizeResize } from '../config/normalize.ts';
import type { BrokenImage, ImageSource, Images, LoadContext, RawDataset } from '../data/dataset.ts';
import { datasetKind } from '../data/datasets/table.ts';
import { type Duplicates, findDuplicates } from '../data/inspect/duplicates.ts';
import { damagedPaths, type Sizes, sizesOf } from '../data/inspect/inspect.ts';
import { readImages } from '../data/load.ts';
import { SelectedPixels } from '../data/pixels.ts';
import { draw, indicesByLabel, proportionalShares } from '../data/split.ts';

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
  const config = dataConfigOf({ dataset, source }, normalizeResize('stretch'));
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
