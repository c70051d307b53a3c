import { isDeepStrictEqual } from 'node:util';
import { formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import { formatMetric, metricOf } from '../experiment/metrics.ts';
import { type Cell, cellsOf } from './cells.ts';
import { type ComparedRun, counts, type Metric, valueIn } from './compared-run.ts';
import { type Change, changes } from './diff.ts';
import { chance, changesTable, type DiffView, type Section } from './diff-views.ts';
import { shortNames } from './settings.ts';
import { type SeedNoise, type Spread, seedNoise } from './statistics.ts';
import type { ComparedSweep } from './sweep-summary.ts';
import type { Column, Entry, Table } from './table.ts';

/** What the second of two sweeps has otherwise than the first, cell by cell. */
export interface SweepDiff {
  readonly metric: Metric;
  /** What either sweep sets, by which their cells are known. */
  readonly parameters: readonly string[];
  /** Settings that all runs of each share, but not both sweeps. */
  readonly settings: readonly Change<Json | undefined>[];
  /** Cells of both, in the order of the first. */
  readonly cells: readonly CellDiff[];
  readonly onlyFirst: readonly Cell[];
  readonly onlySecond: readonly Cell[];
}

export interface CellDiff {
  readonly key: Cell['key'];
  /** Of the metric; `null` where no run has ended. */
  readonly first: Spread | null;
  readonly second: Spread | null;
  /** The second's mean less the first's, of every metric that both have. */
  readonly changes: Readonly<Record<string, number>>;
  /** `null` where there are no replicates. */
  readonly seeds: SeedNoise | null;
}

/** @param metric the first sweep's unless another is asked for. */
export function diffSweeps(
  first: ComparedSweep,
  second: ComparedSweep,
  metric: Metric = first.metric,
): SweepDiff {
  const parameters = [...new Set([...first.parameters, ...second.parameters])];
  const [before, after] = [cellsOf(first.runs, parameters), cellsOf(second.runs, parameters)];
  const partner = ({ key }: Cell, others: readonly Cell[]) =>
    others.find((other) => isDeepStrictEqual(other.key, key));
  return {
    metric,
    parameters,
    settings: changes(shared(first.runs, parameters), shared(second.runs, parameters)),
    cells: before.flatMap((cell) => {
      const other = partner(cell, after);
      return other ? [diffCells(cell, other, metric.name)] : [];
    }),
    onlyFirst: before.filter((cell) => !partner(cell, after)),
    onlySecond: after.filter((cell) => !partner(cell, before)),
  };
}

function diffCells(one: Cell, other: Cell, metric: string): CellDiff {
  const [first = null, second = null] = [one.metrics[metric], other.metrics[metric]];
  return {
    key: one.key,
    first,
    second,
    changes: Object.fromEntries(
      Object.entries(one.metrics).flatMap(([name, { mean }]) => {
        const after = other.metrics[name];
        return after ? [[name, after.mean - mean]] : [];
      }),
    ),
    seeds: seedNoise(valuesOf(one, metric), valuesOf(other, metric)),
  };
}

function valuesOf({ runs }: Cell, metric: string): number[] {
  return runs.filter(counts).flatMap(({ metrics }) => metrics[metric] ?? []);
}

/** What all runs that began have in common, but for what the sweeps set and their names. */
function shared(runs: readonly ComparedRun[], parameters: readonly string[]): Record<string, Json> {
  const [one, ...others] = runs.filter(({ facts }) => facts.started !== undefined);
  const own = Object.entries(one?.settings ?? {}).filter(
    ([name, value]) =>
      !['name', 'seed', ...parameters].includes(name) &&
      others.every((run) => isDeepStrictEqual(valueIn(run, name), value)),
  );
  return Object.fromEntries(own);
}

/** Chance explains what a test finds more likely than this. */
const UNLIKELY = 0.05;

/** Parts that would be empty are left out. */
export function sweepSections(diff: SweepDiff, { onlyChanged }: DiffView): Section[] {
  const cells = diff.cells.filter(
    ({ changes }) => !(onlyChanged && changes[diff.metric.name] === 0),
  );
  const sections = [
    { title: 'settings', table: changesTable('setting', diff.settings) },
    { title: 'cells', table: cellsTable(diff, cells), keys: diff.parameters.length },
  ];
  return sections.filter(({ table }) => table.rows.length > 0);
}

/** How many cells are better, in a line; cells that have no partner, in the next ones. */
export function describeSweepDiff({
  metric,
  parameters,
  cells,
  onlyFirst,
  onlySecond,
}: SweepDiff): string {
  const known = cells.flatMap(({ changes, seeds }) => {
    const change = changes[metric.name];
    return change === undefined ? [] : { change, seeds };
  });
  const sign = metric.goal === 'minimize' ? -1 : 1;
  const better = known.filter(({ change }) => sign * change > 0);
  const clear = known.filter(({ seeds }) => seeds && seeds.pValue <= UNLIKELY);
  const mean = known.reduce((sum, { change }) => sum + change, 0) / known.length;
  const headline =
    known.length === 0
      ? `no verdict: of the cells that both sweeps have, none has ${metric.name} in both`
      : `${better.length} of ${known.length} cells are better in ${metric.name}, ` +
        `${clear.length} differ by more than the noise of seeds; ${mean > 0 ? '+' : ''}${formatMetric(metric.name, mean)} on average`;
  return [
    headline,
    ...unmatched('first', onlyFirst, parameters),
    ...unmatched('second', onlySecond, parameters),
  ].join('\n');
}

function unmatched(which: string, cells: readonly Cell[], parameters: readonly string[]): string[] {
  const names = shortNames(parameters);
  return cells.map(({ key }) => {
    const settings = Object.values(key).map((value, i) => `${names[i]}=${formatJson(value)}`);
    return `  only the ${which} has ${settings.join(', ')}`;
  });
}

function cellsTable({ parameters, metric }: SweepDiff, cells: readonly CellDiff[]): Table {
  const titles = shortNames(parameters);
  const { format } = metricOf(metric.name);
  const column = (name: string, format: Column['format'], title = name): Column => {
    return { name, title, format };
  };
  return {
    columns: [
      ...parameters.map((name, i) => column(name, 'text', titles[i])),
      column('first', format, `first ${metric.name}`),
      column('second', format),
      { ...column('change', format), isChange: true },
      column('pValue', 'text', 'p'),
    ],
    rows: cells.map(({ key, first, second, changes, seeds }): Entry[] => [
      ...parameters.map((name) => key[name]),
      first,
      second,
      changes[metric.name],
      seeds && Number(chance(seeds.pValue)),
    ]),
  };
}
