import { formatCount } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import { formatMean, metricOf, VALIDATION_ACCURACY } from '../experiment/metrics.ts';
import type { Scores } from './classification.ts';
import type { Change, Flip, RunDiff } from './diff.ts';
import type { SeedNoise, Spread, Verdict } from './statistics.ts';
import type { Column, Entry, Table } from './table.ts';

/** A part of what people read of a difference. */
export interface Section {
  readonly title: string;
  readonly table: Table;
  /** The most rows that people read; files and programs get all. */
  readonly most?: number;
  /** How many columns name a row; left out: the first. */
  readonly keys?: number;
}

export interface DiffView {
  /** Only this metric. */
  readonly metric?: string;
  /** Nothing that is the same in both. */
  readonly onlyChanged?: boolean;
}

const MOST_MISTAKES = 10;
const MOST_FLIPS = 5;
/** Chance explains what a test finds more likely than this. */
const UNLIKELY = 0.05;

/** Parts that would be empty are left out. */
export function diffSections(diff: RunDiff, { metric, onlyChanged }: DiffView): Section[] {
  const isShown = ({ first, second }: Change<number>) => !(onlyChanged && first === second);
  const metrics = diff.metrics.filter(
    (change) => (metric === undefined || change.name.endsWith(` ${metric}`)) && isShown(change),
  );
  const classes = (diff.predictions?.classes ?? []).filter(
    ({ first, second }) => !(onlyChanged && sameScores(first, second)),
  );
  const { mistakes = [], fixed = [], broken = [] } = diff.predictions ?? {};
  const sections = [
    { title: 'settings', table: changesTable('setting', diff.settings) },
    { title: 'data and weights', table: changesTable('data and weights', diff.inputs) },
    { title: 'environment', table: changesTable('environment', diff.environment) },
    { title: 'epochs', table: countsTable('trained', diff.epochs.filter(isShown)) },
    { title: 'metrics', table: metricsTable(metrics) },
    { title: 'classes', table: classesTable(classes) },
    {
      title: 'mistakes',
      table: countsTable('mistake', mistakes),
      most: MOST_MISTAKES,
    },
    { title: 'fixed', table: flipsTable('fixed image', fixed), most: MOST_FLIPS },
    { title: 'broken', table: flipsTable('broken image', broken), most: MOST_FLIPS },
  ];
  return sections.filter(({ table }) => table.rows.length > 0);
}

/** Whether the second run is better, in a line; what says so, in the next ones. */
export function describeVerdict({ predictions, unpaired, seeds }: RunDiff): string {
  const noise = seeds ? describeSeeds(seeds) : [];
  if (!predictions)
    return [`no verdict: ${unpaired?.replaceAll('; ', ';\n  ')}`, ...noise].join('\n');
  const { verdict } = predictions;
  const { images, fixed, broken, difference, pValue, interval } = verdict;
  const counts = `${formatCount(fixed)} fixed, ${formatCount(broken)} broken`;
  return [
    `${wordsFor(verdict)}${seeds ? wordsForSeeds(verdict, seeds) : ''}: ${points(difference)} points of accuracy`,
    `  images  the same ${formatCount(images)}: ${counts}`,
    `            McNemar's exact test p = ${chance(pValue)}; 95 % of bootstraps ${between(interval)}`,
    ...noise,
  ].join('\n');
}

function describeSeeds({ first, second, difference, pValue, interval }: SeedNoise): string[] {
  const mean = (spread: Spread) => formatMean(metricOf(VALIDATION_ACCURACY).format, spread);
  const runs = (n: number) => `${n} ${n === 1 ? 'run' : 'runs'}`;
  return [
    `  seeds     ${mean(first)} (${runs(first.n)}) to ${mean(second)} (${runs(second.n)})`,
    `            ${points(difference)} points, 95 % interval ${between(interval)}; t-test p = ${chance(pValue)}`,
  ];
}

function wordsForSeeds(verdict: Verdict, seeds: SeedNoise): string {
  const isBeyond = seeds.pValue <= UNLIKELY;
  const agrees = isBeyond === verdict.pValue <= UNLIKELY;
  const words = isBeyond ? 'beyond the noise of seeds' : 'within the noise of seeds';
  return agrees ? `, ${words}` : `, but ${words}`;
}

function wordsFor({ pValue, difference }: Verdict): string {
  if (difference === 0) return 'no difference';
  if (pValue > UNLIKELY) return 'no clear difference';
  return difference > 0 ? 'better' : 'worse';
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

/** Each row has a metric of its own, whose name follows the epoch's: `best val_loss`. */
function metricsTable(changes: readonly Change<number>[]): Table {
  const { columns, rows } = countsTable('metric', changes);
  const [name, ...values] = columns as [Column, ...Column[]];
  return {
    columns: [name, ...values.map((each) => ({ ...each, format: 'number' as const }))],
    rows,
    rowFormats: changes.map((change) => metricOf(change.name.replace(/^\w+ /, '')).format),
  };
}

function classesTable(changes: readonly Change<Scores>[]): Table {
  const scores = ['precision', 'recall', 'f1'] as const;
  return {
    columns: [
      column('class'),
      ...scores.flatMap((score) => [
        column(score, metricOf(score).format),
        {
          ...column(`${score} change`, metricOf(score).format),
          title: 'change',
          isChange: true,
        },
      ]),
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
    rows: flips.map(({ index, truth, first, second, confidence }) => [
      index,
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

function sameScores(first: Scores, second: Scores): boolean {
  return first.precision === second.precision && first.recall === second.recall;
}

/** `+2.50` for 0.025. */
function points(share: number): string {
  return `${share > 0 ? '+' : ''}${(100 * share).toFixed(2)}`;
}

function between([low, high]: readonly [number, number]): string {
  return `${points(low)} to ${points(high)}`;
}

/** `0.034`, `0.00012`, `1.2e-9` */
export function chance(probability: number): string {
  return String(Number(probability.toPrecision(2)));
}
