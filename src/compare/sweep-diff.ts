import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../config/experiment.ts';
import { type Cell, cellsOf } from './cells.ts';
import { type ComparedRun, counts, type Metric, valueIn } from './compared-run.ts';
import { type Change, changes } from './diff.ts';
import { type SeedNoise, seedNoise } from './seeds.ts';
import type { Spread } from './spread.ts';
import type { ComparedSweep } from './sweep-summary.ts';

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
