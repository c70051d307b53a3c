import { bestCell, type Cell, cellsOf } from './cells.ts';
import { type ComparedRun, type Metric, valueIn } from './compared-run.ts';
import { type Effect, effectsOf } from './effects.ts';

/** A sweep and its runs. */
export interface ComparedSweep {
  readonly name: string;
  readonly metric: Metric;
  /** Paths that it sets, its seeds not among them. */
  readonly parameters: readonly string[];
  readonly runs: readonly ComparedRun[];
}

/** What a sweep says. */
export interface SweepSummary {
  readonly name: string;
  readonly metric: Metric;
  /** Those of which there are several values. */
  readonly parameters: readonly string[];
  /** Runs that differ in nothing but their seeds, in their order. */
  readonly cells: readonly Cell[];
  readonly best: Cell | null;
  readonly effects: readonly Effect[];
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
