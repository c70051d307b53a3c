import { alignColumns, formatCount } from '../common/format.ts';
import type { Survey } from './survey.ts';

/** The most classes that the text lists; `--json` has all. */
const MOST_CLASSES = 20;

/** The counts, sizes and faults of the images, as lines. */
export function surveyLines(surveyed: Survey): string[] {
  const { classNames, counts, testCount, imbalance, broken, damaged, duplicates, sample } =
    surveyed;
  const total = counts.reduce((sum, own) => sum + own, 0);
  const looked = sample.train.labels.length + (sample.test?.labels.length ?? 0) + broken.length;
  const listed = classNames.slice(0, MOST_CLASSES);
  const more = classNames.length - listed.length;
  return [
    '',
    ...alignColumns(
      [
        ['class', 'images'],
        ...listed.map((name, label) => [name, formatCount(counts[label] ?? 0)]),
        ...(more > 0 ? [[`and ${more} more classes`, '']] : []),
        ['all', formatCount(total)],
      ],
      ['left', 'right'],
    ),
    '',
    ...alignColumns(
      [
        ['test split', testCount === null ? 'none' : `${formatCount(testCount)} images`],
        ['largest class / smallest', imbalance.toFixed(2)],
        ['sizes', describeSizes(surveyed)],
        ['looked at', `${formatCount(looked)} images`],
        ['broken', formatCount(broken.length)],
        ['damaged', formatCount(damaged.length)],
        ['duplicates within train', formatCount(duplicates.repeated)],
        ...(testCount === null
          ? []
          : [
              ['in train and test', formatCount(duplicates.exact.length)],
              ['near duplicates', formatCount(duplicates.near.length)],
            ]),
      ],
      ['left', 'left'],
    ),
    ...broken.map(({ path, reason }) => `broken: ${path}: ${reason}`),
    ...damaged.map((path) => `damaged: ${path}`),
    '',
  ];
}

/** `one size, 32 × 32`, or the range and the median. */
export function describeSizes({ sizes: { width, height } }: Survey): string {
  if (width.min === width.max && height.min === height.max) {
    return `one size, ${width.min} × ${height.min}`;
  }
  return `${width.min} to ${width.max} × ${height.min} to ${height.max} pixels, ${width.median} × ${height.median} in the median`;
}
