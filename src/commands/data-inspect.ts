import { alignColumns } from '../common/format.ts';
import { type Dataset, imageName } from '../data/dataset.ts';
import type { DuplicatePair } from '../data/inspect/duplicates.ts';
import { type Inspection, inspect, type Range } from '../data/inspect/inspect.ts';
import { type DataOptions, loadAllImages, openDataSource, print } from './data.ts';

/** The most pairs of duplicates in the text; `--json` has all. */
const MAX_PAIRS = 10;

/** `cifar-run data inspect FILE`: shows class counts, image sizes, colours, duplicates and broken files. */
export async function inspectCommand(file: string, options: DataOptions): Promise<void> {
  const source = await openDataSource(file, options);
  const data = await loadAllImages(source);
  const inspection = await source.progress.step('Inspection', async () => inspect(data));
  print(options, withPaths(inspection, data), formatInspection(inspection, data));
}

/** Replaces the indexes of duplicates by the names of the images. */
function withPaths(inspection: Inspection, { train, validation }: Dataset) {
  const paths = (pairs: readonly DuplicatePair[]) =>
    pairs.map((pair) => ({
      train: imageName(train, pair.train),
      validation: imageName(validation, pair.validation),
    }));
  const { exact, near, repeated } = inspection.duplicates;
  return { ...inspection, duplicates: { exact: paths(exact), near: paths(near), repeated } };
}

function formatInspection(inspection: Inspection, data: Dataset): string[] {
  const { classes, images, channels, duplicates, broken, damaged } = inspection;
  const rows = classes.map(({ name, train, validation, sizes }) => [
    name,
    String(train),
    String(validation),
    formatRange(sizes.width),
    formatRange(sizes.height),
  ]);
  const decimals = (value: number) => value.toFixed(2);
  return [
    ...alignColumns(
      [
        ['class', 'train', 'validation', 'width', 'height'],
        ...rows,
        ['all', String(images.train), String(images.validation)],
      ],
      ['left', 'right', 'right', 'right', 'right'],
    ),
    '',
    ...alignColumns(
      [
        ['images', inspection.imageShape.join(' × ')],
        ['largest class / smallest', decimals(inspection.imbalance)],
        ['channel means', channels.map(({ mean }) => decimals(mean)).join(', ')],
        ['channel deviations', channels.map(({ deviation }) => decimals(deviation)).join(', ')],
        ['broken', String(broken.length)],
        ['damaged', String(damaged.length)],
        ['duplicates within train', String(duplicates.repeated)],
        ['in train and validation', String(duplicates.exact.length)],
        ['near duplicates', String(duplicates.near.length)],
      ],
      ['left', 'left'],
    ),
    ...pairLines('duplicate', duplicates.exact, data),
    ...pairLines('near duplicate', duplicates.near, data),
    ...broken.map(({ path, reason }) => `broken: ${path}: ${reason}`),
    ...damaged.map((path) => `damaged: ${path}`),
  ];
}

/** `min / median / max` */
function formatRange({ min, median, max }: Range): string {
  return min === max ? String(min) : `${min} / ${median} / ${max}`;
}

function pairLines(
  kind: string,
  pairs: readonly DuplicatePair[],
  { train, validation }: Dataset,
): string[] {
  const lines = pairs.slice(0, MAX_PAIRS).map((pair) => {
    const [first, second] = [imageName(train, pair.train), imageName(validation, pair.validation)];
    return `${kind}: ${first} in train, ${second} in validation`;
  });
  const more = pairs.length - lines.length;
  return more > 0 ? [...lines, `${kind}: ${more} more`] : lines;
}
