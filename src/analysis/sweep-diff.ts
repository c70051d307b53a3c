import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../common/json.ts';
import type { MetricGoal } from '../experiment/experiment.ts';
import { formatMetric, isBetter, metricOf } from '../experiment/metrics.ts';
import { type ComparedRun, hasResult, valueIn } from './compared-run.ts';
import { type Change, changes } from './diff.ts';
import { changesTable, type DiffView, roundPValue, type Section } from './diff-views.ts';
import { formatSettings, shortNames } from './settings.ts';
import { type SeedNoise, SIGNIFICANCE, type Spread, seedNoise } from './statistics.ts';
import { type Cell, type ComparedSweep, cellsOf } from './sweep-summary.ts';
import type { Column, Entry, Table } from './table.ts';

/** The differences between two sweeps, cell by cell. */
export interface SweepDiff {
  readonly metric: MetricGoal;
  /** The parameters of either sweep, which identify the cells. */
  readonly parameters: readonly string[];
  /** Settings that are equal in all runs of a sweep, but differ between the sweeps. */
  readonly settings: readonly Change<Json | undefined>[];
  /** The cells of both sweeps, in the order of the first. */
  readonly cells: readonly CellDiff[];
  readonly onlyFirst: readonly Cell[];
  readonly onlySecond: readonly Cell[];
}

export interface CellDiff {
  readonly key: Cell['key'];
  /** The metric of the cell; `null` if no run has a result. */
  readonly first: Spread | null;
  readonly second: Spread | null;
  /** The second mean minus the first, for each metric of both. */
  readonly changes: Readonly<Record<string, number>>;
  /** `null` if there are no replicates. */
  readonly seeds: SeedNoise | null;
}

/** @param metric by default that of the first sweep. */
export function diffSweeps(
  first: ComparedSweep,
  second: ComparedSweep,
  metric: MetricGoal = first.metric,
): SweepDiff {
  const parameters = [...new Set([...first.parameters, ...second.parameters])];
  const [before, after] = [cellsOf(first.runs, parameters), cellsOf(second.runs, parameters)];
  const partnerOf = ({ key }: Cell, others: readonly Cell[]) =>
    others.find((other) => isDeepStrictEqual(other.key, key));
  const [constant, other] = [first, second].map(({ runs }) => constantSettings(runs, parameters));
  return {
    metric,
    parameters,
    settings: changes(constant ?? {}, other ?? {}),
    cells: before.flatMap((cell) => {
      const partner = partnerOf(cell, after);
      return partner ? [diffCells(cell, partner, metric.name)] : [];
    }),
    onlyFirst: before.filter((cell) => !partnerOf(cell, after)),
    onlySecond: after.filter((cell) => !partnerOf(cell, before)),
  };
}

function diffCells(first: Cell, second: Cell, metric: string): CellDiff {
  const changes = Object.entries(first.metrics).flatMap(([name, { mean }]) => {
    const after = second.metrics[name];
    return after ? [[name, after.mean - mean]] : [];
  });
  return {
    key: first.key,
    first: first.metrics[metric] ?? null,
    second: second.metrics[metric] ?? null,
    changes: Object.fromEntries(changes),
    seeds: seedNoise(valuesOf(first, metric), valuesOf(second, metric)),
  };
}

/** The metric of the runs of a cell, by seed; runs without a known seed have none in common. */
function valuesOf({ runs }: Cell, metric: string): Map<number, number> {
  return new Map(
    runs.filter(hasResult).flatMap(({ metrics, settings }) => {
      const value = metrics[metric];
      return value === undefined ? [] : [[Number(settings.seed), value] as const];
    }),
  );
}

/** The settings that are equal in all runs that have started, except for parameters, seeds and names. */
function constantSettings(
  runs: readonly ComparedRun[],
  parameters: readonly string[],
): Record<string, Json> {
  const [one, ...others] = runs.filter(({ facts }) => facts.started !== undefined);
  const constant = Object.entries(one?.settings ?? {}).filter(
    ([name, value]) =>
      !['name', 'seed', ...parameters].includes(name) &&
      others.every((run) => isDeepStrictEqual(valueIn(run, name), value)),
  );
  return Object.fromEntries(constant);
}

/** The tables of the differences between two sweeps, without empty ones. */
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

/** A line with the number of better cells, then a line for each cell that only one sweep has. */
export function describeSweepDiff({ metric, cells, onlyFirst, onlySecond }: SweepDiff): string {
  const known = cells.flatMap(({ changes, seeds }) => {
    const change = changes[metric.name];
    return change === undefined ? [] : { change, seeds };
  });
  const better = known.filter(({ change }) => isBetter(metric.goal, change, 0));
  const clear = known.filter(({ seeds }) => seeds && seeds.pValue <= SIGNIFICANCE);
  const mean = known.reduce((sum, { change }) => sum + change, 0) / known.length;
  const headline =
    known.length === 0
      ? `no verdict: of the cells that both sweeps have, none has ${metric.name} in both`
      : `${better.length} of ${known.length} cells are better in ${metric.name}, ` +
        `${clear.length} differ by more than the noise of seeds; ` +
        `${mean > 0 ? '+' : ''}${formatMetric(metric.name, mean)} on average`;
  return [
    headline,
    ...onlyFirst.map(({ key }) => `  only the first has ${formatSettings(key)}`),
    ...onlySecond.map(({ key }) => `  only the second has ${formatSettings(key)}`),
  ].join('\n');
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
      seeds && roundPValue(seeds.pValue),
    ]),
  };
}
