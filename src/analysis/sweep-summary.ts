import type { Json } from '../common/json.ts';
import type { MetricGoal } from '../experiment/experiment.ts';
import { bestOf, rank } from '../experiment/metrics.ts';
import { type ComparedRun, hasResult, type Status, valueIn } from './compared-run.ts';
import { type Effect, effectsOf } from './effects.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** A sweep and its runs. */
export interface ComparedSweep {
  readonly name: string;
  readonly metric: MetricGoal;
  /** The paths that the sweep sets, except for the seed. */
  readonly parameters: readonly string[];
  readonly runs: readonly ComparedRun[];
}

/** The results of a sweep. */
export interface SweepSummary {
  readonly name: string;
  readonly metric: MetricGoal;
  /** The parameters with several values. */
  readonly parameters: readonly string[];
  /** In the order of the trials. */
  readonly cells: readonly Cell[];
  readonly best: Cell | null;
  readonly effects: readonly Effect[];
}

/** Runs with equal values in some columns, such as the trials of a sweep that differ only in their seed. */
export interface Cell {
  /** The values of these columns. */
  readonly key: Readonly<Record<string, Json>>;
  readonly runs: readonly ComparedRun[];
  /** The number of runs of each status. */
  readonly statuses: Readonly<Partial<Record<Status, number>>>;
  /** The spread of each metric over the runs that have a result. */
  readonly metrics: Readonly<Record<string, Spread>>;
}

export function summarizeSweep({ name, metric, parameters, runs }: ComparedSweep): SweepSummary {
  const varying = parameters.filter((parameter) => {
    return new Set(runs.map((run) => JSON.stringify(valueIn(run, parameter)))).size > 1;
  });
  const cells = cellsOf(runs, varying);
  return {
    name,
    metric,
    parameters: varying,
    cells,
    best: bestCell(cells, metric),
    effects: effectsOf(runs, varying, metric.name),
  };
}

/** Groups runs by their values in some columns. The cells have the order of their first runs. */
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
      statuses: countStatuses(group),
      metrics: spreadsOf(group),
    };
  });
}

/** The cell with the best mean among those with a finished run. */
export function bestCell(cells: readonly Cell[], { name, goal }: MetricGoal): Cell | null {
  const finished = cells.filter(({ statuses }) => statuses.finished);
  return bestOf(finished, goal, ({ metrics }) => metrics[name]?.mean) ?? null;
}

/** The cells, best mean first; cells without the metric come last. */
export function rankCells(cells: readonly Cell[], { name, goal }: MetricGoal): Cell[] {
  return rank(cells, goal, ({ metrics }) => metrics[name]?.mean);
}

function countStatuses(runs: readonly ComparedRun[]): Cell['statuses'] {
  const statuses: Partial<Record<Status, number>> = {};
  for (const { facts } of runs) statuses[facts.status] = (statuses[facts.status] ?? 0) + 1;
  return statuses;
}

function spreadsOf(runs: readonly ComparedRun[]): Record<string, Spread> {
  const results = runs.filter(hasResult).map(({ metrics }) => metrics);
  const names = new Set(results.flatMap((metrics) => Object.keys(metrics)));
  const entries = Array.from(names, (name) => {
    return [name, spreadOf(results.flatMap((metrics) => metrics[name] ?? []))] as const;
  });
  return Object.fromEntries(
    entries.filter((entry): entry is [string, Spread] => entry[1] !== null),
  );
}
