import type { Json } from '../config/experiment.ts';
import type { Scores } from './classification.ts';
import type { AnswersDiff, Change, DiffedRun, RunDiff } from './diff.ts';
import type { Verdict } from './paired.ts';
import type { Column, Entry, Table } from './table.ts';

/** A part of what people read of a difference. */
export interface Section {
  readonly title: string;
  readonly table: Table;
}

export interface DiffView {
  /** Only metrics whose name ends in this. */
  readonly metric?: string;
  /** Nothing that is the same in both. */
  readonly onlyChanged?: boolean;
}

/** The most mistakes that are listed. */
const MOST_MISTAKES = 10;
const BARS = '▁▂▃▄▅▆▇█';
/** Epochs beyond this many share a bar. */
const CURVE_WIDTH = 60;

/** Parts that would be empty are left out. */
export function diffSections(diff: RunDiff, { metric, onlyChanged }: DiffView): Section[] {
  const metrics = diff.metrics.filter(
    ({ name, first, second }) =>
      (metric === undefined || name.endsWith(` ${metric}`)) && !(onlyChanged && first === second),
  );
  const classes = (diff.answers?.classes ?? []).filter(
    ({ first, second }) => !(onlyChanged && sameScores(first, second)),
  );
  const sections = [
    { title: 'settings', table: changesTable('setting', diff.settings) },
    { title: 'environment', table: changesTable('of the environment', diff.environment) },
    { title: 'metrics', table: numbersTable('metric', metrics, 'metric') },
    { title: 'classes', table: classesTable(classes) },
    {
      title: 'mistakes',
      table: numbersTable('mistake', diff.answers?.mistakes.slice(0, MOST_MISTAKES) ?? [], 'text'),
    },
  ];
  return sections.filter(({ table }) => table.rows.length > 0);
}

/** `better by 2.50 points …`, in a sentence. */
export function describeVerdict({ verdict }: AnswersDiff): string {
  const { pictures, fixed, broken, difference, pValue, interval } = verdict;
  const [low, high] = interval.map(points);
  return [
    `${wordsFor(verdict)}: ${points(difference)} points of accuracy on the same ${pictures} pictures`,
    `95 % of paired bootstraps from ${low} to ${high}; McNemar's exact test p = ${pValue.toPrecision(2)}`,
    `${fixed} answers fixed, ${broken} broken`,
  ].join('\n');
}

/** Both runs' values of each metric as bars on one scale, an epoch a bar. */
export function curveLines(first: DiffedRun, second: DiffedRun, { metric }: DiffView): string[] {
  const shown = metric === undefined ? ['val_loss', 'val_accuracy'] : [metric];
  return shown.flatMap((name) => {
    const [one = [], other = []] = [first.curves[name], second.curves[name]];
    const known = [...one, ...other].filter(Number.isFinite);
    if (known.length === 0) return [];
    const [least, greatest] = [Math.min(...known), Math.max(...known)];
    const range = `${least.toPrecision(4)} to ${greatest.toPrecision(4)}`;
    const bars = (values: readonly number[]) =>
      thinned(values)
        .map((value) => bar((value - least) / (greatest - least || 1)))
        .join('');
    return [`${name}, ${range}`, `  first   ${bars(one)}`, `  second  ${bars(other)}`];
  });
}

function bar(share: number): string {
  return Number.isFinite(share) ? (BARS[Math.round(share * (BARS.length - 1))] ?? ' ') : '×';
}

function thinned(values: readonly number[]): number[] {
  const step = Math.ceil(values.length / CURVE_WIDTH);
  return values.filter((_, i) => i % step === 0 || i === values.length - 1);
}

/** Chance explains what the test finds more likely than one in twenty. */
function wordsFor({ pValue, difference }: Verdict): string {
  if (difference === 0) return 'no difference';
  if (pValue > 0.05) return 'no clear difference';
  return difference > 0 ? 'better' : 'worse';
}

function changesTable(title: string, changes: readonly Change<Json | undefined>[]): Table {
  return {
    columns: [column(title), column('first'), column('second')],
    rows: changes.map(({ name, first, second }) => [name, first, second]),
  };
}

/** @param kind `text` for counts. */
function numbersTable(
  title: string,
  changes: readonly Change<number>[],
  kind: 'metric' | 'text',
): Table {
  return {
    columns: [
      column(title),
      column('first', kind),
      column('second', kind),
      { ...column('change', kind), isChange: true },
    ],
    rows: changes.map(({ name, first, second }) => [name, first, second, second - first]),
  };
}

function classesTable(changes: readonly Change<Scores>[]): Table {
  const scores = ['precision', 'recall', 'f1'] as const;
  return {
    columns: [
      column('class'),
      ...scores.flatMap((score) => [
        column(score, 'metric'),
        { ...column(`${score} change`, 'metric'), title: 'change', isChange: true },
      ]),
    ],
    rows: changes.map(({ name, first, second }): Entry[] => [
      name,
      ...scores.flatMap((score) => [second[score], second[score] - first[score]]),
    ]),
  };
}

function column(name: string, kind: Column['kind'] = 'text'): Column {
  return { name, title: name, kind };
}

function sameScores(first: Scores, second: Scores): boolean {
  return first.precision === second.precision && first.recall === second.recall;
}

/** `+2.50` for 0.025. */
function points(share: number): string {
  return `${share > 0 ? '+' : ''}${(100 * share).toFixed(2)}`;
}
