import type { Json } from '../common/json.ts';
import { bestOf, rank } from '../experiment/metrics.ts';
import { type ComparedRun, counts, type Metric, type Status, valueIn } from './compared-run.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** Runs that are alike in some columns, such as the replicates of one cell of a sweep. */
export interface Cell {
  /** Their values in these columns. */
  readonly key: Readonly<Record<string, Json>>;
  readonly runs: readonly ComparedRun[];
  /** How many runs there are of each status. */
  readonly statuses: Readonly<Partial<Record<Status, number>>>;
  /** Over the runs that finished or were stopped early. */
  readonly metrics: Readonly<Record<string, Spread>>;
}

/** Cells in the order of their first runs. */
export function cellsOf(runs: readonly ComparedRun[], columns: readonly string[]): Cell[] {
  const groups = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const key = JSON.stringify(columns.map((column) => valueIn(run, column) ?? null));
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups].map(([key, group]) => {
    const values: Json[] = JSON.parse(key);
    return {
      key: Object.fromEntries(columns.map((column, i) => [column, values[i] ?? null])),
      runs: group,
      statuses: statusesOf(group),
      metrics: spreads(group),
    };
  });
}

/** The cell with the best mean, of those of which a run was trained to its end. */
export function bestCell(cells: readonly Cell[], metric: Metric): Cell | null {
  const finished = cells.filter(({ statuses }) => statuses.finished);
  return bestOf(finished, metric.goal, ({ metrics }) => metrics[metric.name]?.mean) ?? null;
}

/** The best mean first, cells without the metric last. */
export function rankCells(cells: readonly Cell[], { name, goal }: Metric): Cell[] {
  return rank(cells, goal, ({ metrics }) => metrics[name]?.mean);
}

function spreads(runs: readonly ComparedRun[]): Record<string, Spread> {
  const counted = runs.filter(counts);
  const names = new Set(counted.flatMap(({ metrics }) => Object.keys(metrics)));
  const entries = Array.from(names, (name) => {
    const values = counted
      .map(({ metrics }) => metrics[name])
      .filter((value) => value !== undefined);
    return [name, spreadOf(values)] as const;
  });
  return Object.fromEntries(
    entries.filter((entry): entry is [string, Spread] => entry[1] !== null),
  );
}

function statusesOf(runs: readonly ComparedRun[]): Cell['statuses'] {
  const statuses: Partial<Record<Status, number>> = {};
  for (const { facts } of runs) statuses[facts.status] = (statuses[facts.status] ?? 0) + 1;
  return statuses;
}
