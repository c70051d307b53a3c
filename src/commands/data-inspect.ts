import { alignColumns } from '../common/format.ts';
import type { Dataset, Images } from '../data/dataset.ts';
import type { DuplicatePair } from '../data/inspect/duplicates.ts';
import { type Inspection, inspect, type Range } from '../data/inspect/inspect.ts';
import { type DataAction, loadAll } from './data.ts';

/** Pairs of duplicates that people are shown; `--json` has all. */
const shown = 10;

/** Counts, imbalance, colours, duplicates and broken files of the experiment's data. */
export const inspectData: DataAction = async (context) => {
  const data = await loadAll(context);
  const result = await context.progress.step('Inspection', async () => inspect(data));
  return { result: named(result, data), lines: lines(result, data) };
};

/** Duplicates under the names of their images. */
function named(result: Inspection, { train, validation }: Dataset) {
  const names = (twins: readonly DuplicatePair[]) =>
    twins.map((pair) => ({
      train: nameOf(train, pair.train),
      validation: nameOf(validation, pair.validation),
    }));
  const { exact, near, repeated } = result.duplicates;
  return { ...result, duplicates: { exact: names(exact), near: names(near), repeated } };
}

function lines(result: Inspection, data: Dataset): string[] {
  const { classes, images, channels, duplicates, broken, damaged } = result;
  const rows = classes.map(({ name, train, validation, sizes }) => [
    name,
    String(train),
    String(validation),
    inWords(sizes.width),
    inWords(sizes.height),
  ]);
  const fixed = (value: number) => value.toFixed(2);
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
        ['images', result.imageShape.join(' × ')],
        ['largest class / smallest', fixed(result.imbalance)],
        ['mean of the channels', channels.map(({ mean }) => fixed(mean)).join(', ')],
        ['deviation', channels.map(({ deviation }) => fixed(deviation)).join(', ')],
        ['broken', String(broken.length)],
        ['damaged', String(damaged.length)],
        ['repeated in train', String(duplicates.repeated)],
        ['in train and validation', String(duplicates.exact.length)],
        ['nearly so', String(duplicates.near.length)],
      ],
      ['left', 'left'],
    ),
    ...twinLines('the same', duplicates.exact, data),
    ...twinLines('nearly the same', duplicates.near, data),
    ...broken.map(({ path, reason }) => `broken: ${path}: ${reason}`),
    ...damaged.map((path) => `damaged: ${path}`),
  ];
}

/** Least, median and largest. */
function inWords({ min, median, max }: Range): string {
  return min === max ? String(min) : `${min} / ${median} / ${max}`;
}

function twinLines(what: string, twins: readonly DuplicatePair[], { train, validation }: Dataset) {
  const told = twins
    .slice(0, shown)
    .map(
      (pair) =>
        `${what}: ${nameOf(train, pair.train)} in train, ${nameOf(validation, pair.validation)} in validation`,
    );
  const more = twins.length - told.length;
  return more > 0 ? [...told, `${what}: ${more} more`] : told;
}

function nameOf({ paths }: Images, index: number): string {
  return paths?.[index] ?? `image ${index}`;
}
