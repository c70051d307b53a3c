import { countOf, formatCount } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import { formatMean, metricOf, VALIDATION_ACCURACY } from '../experiment/metrics.ts';
import type { Scores } from './classification.ts';
import type { Change, Flip, RunDiff } from './diff.ts';
import { type SeedNoise, SIGNIFICANCE, type Spread, type Verdict } from './statistics.ts';
import type { Column, Entry, Table } from './table.ts';

/** A table of differences. */
export interface Section {
  readonly title: string;
  readonly table: Table;
  /** The most rows to print; files have all. */
  readonly most?: number;
  /** The number of columns that name a row; by default 1. */
  readonly keys?: number;
}

export interface DiffView {
  /** Shows only this metric. */
  readonly metric?: string;
  /** Hides everything that is equal. */
  readonly onlyChanged?: boolean;
}

const MAX_MISTAKES = 10;
const MAX_FLIPS = 5;

/** The tables of the differences between two runs, without empty ones. */
export function diffSections(diff: RunDiff, { metric, onlyChanged }: DiffView): Section[] {
  const isShown = ({ first, second }: Change<number>) => !(onlyChanged && first === second);
  const metrics = diff.metrics.filter(
    (change) => (metric === undefined || change.name.endsWith(` ${metric}`)) && isShown(change),
  );
  const classes = (diff.predictions?.classes ?? []).filter(
    ({ first, second }) => !(onlyChanged && areSameScores(first, second)),
  );
  const { mistakes = [], fixed = [], broken = [] } = diff.predictions ?? {};
  const sections = [
    { title: 'settings', table: changesTable('setting', diff.settings) },
    { title: 'data and weights', table: changesTable('data and weights', diff.inputs) },
    { title: 'environment', table: changesTable('environment', diff.environment) },
    { title: 'epochs', table: countsTable('trained', diff.epochs.filter(isShown)) },
    { title: 'metrics', table: metricsTable(metrics) },
    { title: 'classes', table: classesTable(classes) },
    { title: 'mistakes', table: countsTable('mistake', mistakes), most: MAX_MISTAKES },
    { title: 'fixed', table: flipsTable('fixed image', fixed), most: MAX_FLIPS },
    { title: 'broken', table: flipsTable('broken image', broken), most: MAX_FLIPS },
  ];
  return sections.filter(({ table }) => table.rows.length > 0);
}

/** A line that says whether the second run is better, then the evidence, one line each. */
export function describeVerdict({ predictions, unpaired, seeds }: RunDiff): string {
  const noise = seeds ? describeSeeds(seeds) : [];
  if (!predictions)
    return [`no verdict: ${unpaired?.replaceAll('; ', ';\n  ')}`, ...noise].join('\n');
  const { verdict } = predictions;
  const { images, fixed, broken, difference, pValue, interval } = verdict;
  const counts = `${formatCount(fixed)} fixed, ${formatCount(broken)} broken`;
  const result = `${judge(verdict)}${seeds ? judgeSeeds(verdict, seeds) : ''}`;
  return [
    `${result}: ${points(difference)} points of accuracy`,
    `  images    the same ${formatCount(images)}: ${counts}`,
    `            McNemar's exact test p = ${roundPValue(pValue)}; 95 % of bootstraps ${formatInterval(interval)}`,
    ...noise,
  ].join('\n');
}

function describeSeeds({
  first,
  second,
  isPaired,
  difference,
  pValue,
  interval,
}: SeedNoise): string[] {
  const { format } = metricOf(VALIDATION_ACCURACY);
  const describe = (spread: Spread) =>
    `${formatMean(format, spread)} (${countOf(spread.n, 'run')})`;
  return [
    `  seeds     ${describe(first)} to ${describe(second)}`,
    `            ${points(difference)} points, 95 % interval ${formatInterval(interval)}; ${isPaired ? 'paired ' : ''}t-test p = ${roundPValue(pValue)}`,
  ];
}

function judge({ pValue, difference }: Verdict): string {
  if (difference === 0) return 'no difference';
  if (pValue > SIGNIFICANCE) return 'no clear difference';
  return difference > 0 ? 'better' : 'worse';
}

function judgeSeeds(verdict: Verdict, seeds: SeedNoise): string {
  const isBeyond = seeds.pValue <= SIGNIFICANCE;
  const agrees = isBeyond === verdict.pValue <= SIGNIFICANCE;
  const text = isBeyond ? 'beyond the noise of seeds' : 'within the noise of seeds';
  return agrees ? `, ${text}` : `, but ${text}`;
}

export function changesTable(title: string, changes: readonly Change<Json | undefined>[]): Table {
  return {
    columns: [column(title), column('first'), column('second')],
    rows: changes.map(({ name, first, second }) => [name, first, second]),
  };
}

function countsTable(title: string, changes: readonly Change<number>[]): Table {
  return {
    columns: [
      column(title),
      column('first'),
      column('second'),
      { ...column('change'), isChange: true },
    ],
    rows: changes.map(({ name, first, second }) => [name, first, second, second - first]),
  };
}

/** Each row has its own metric; its name begins with that of the epoch: `best val_loss`. */
function metricsTable(changes: readonly Change<number>[]): Table {
  return {
    columns: [
      column('metric'),
      column('first', 'number'),
      column('second', 'number'),
      { ...column('change', 'number'), isChange: true },
    ],
    rows: changes.map(({ name, first, second }) => [name, first, second, second - first]),
    rowFormats: changes.map(({ name }) => metricOf(name.slice(name.indexOf(' ') + 1)).format),
  };
}

function classesTable(changes: readonly Change<Scores>[]): Table {
  const scores = ['precision', 'recall', 'f1'] as const;
  return {
    columns: [
      column('class'),
      ...scores.flatMap((score) => {
        const { format } = metricOf(score);
        const change = { ...column(`${score} change`, format), title: 'change', isChange: true };
        return [column(score, format), change];
      }),
      column('images'),
    ],
    rows: changes.map(({ name, first, second }): Entry[] => [
      name,
      ...scores.flatMap((score) => [second[score], second[score] - first[score]]),
      second.support,
    ]),
  };
}

function flipsTable(title: string, flips: readonly Flip[]): Table {
  return {
    columns: [
      column(title),
      column('true'),
      column('first'),
      column('second'),
      column('confidence', 'percent'),
    ],
    rows: flips.map(({ image, truth, first, second, confidence }) => [
      image,
      truth,
      first,
      second,
      confidence,
    ]),
  };
}

function column(name: string, format: Column['format'] = 'text'): Column {
  return { name, title: name, format };
}

function areSameScores(first: Scores, second: Scores): boolean {
  return first.precision === second.precision && first.recall === second.recall;
}

/** `+2.50` for 0.025. */
function points(share: number): string {
  return `${share > 0 ? '+' : ''}${(100 * share).toFixed(2)}`;
}

function formatInterval([low, high]: readonly [number, number]): string {
  return `${points(low)} to ${points(high)}`;
}

/** Rounds a p-value to two digits: 0.034, 0.00012, 1.2e-9. */
export function roundPValue(probability: number): number {
  return Number(probability.toPrecision(2));
}
