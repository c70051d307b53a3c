import { type ComparedRun, runLabels, type Status } from '../../analysis/compared-run.ts';
import { diffRuns } from '../../analysis/diff.ts';
import { describeVerdict, diffSections, type Section } from '../../analysis/diff-views.ts';
import type { Effect } from '../../analysis/effects.ts';
import { shortNames } from '../../analysis/settings.ts';
import type { Spread } from '../../analysis/statistics.ts';
import { type Cell, rankCells, summarizeSweep } from '../../analysis/sweep-summary.ts';
import type { Table } from '../../analysis/table.ts';
import { runColumns, runsTable } from '../../analysis/views.ts';
import type { ChartProps } from '../../charts/page/chart.tsx';
import { comparedCharts } from '../../charts/page/run-charts.ts';
import { type ParallelAxis, parallelAxes } from '../../charts/parallel.ts';
import type { Json } from '../../common/json.ts';
import type { MetricGoal } from '../../experiment/experiment.ts';
import { readComparedRuns, readComparedSweep } from '../../runs/compared.ts';
import { readRunDetail } from '../../runs/detail.ts';
import { readDiffedRun } from '../../runs/diffed.ts';

/** Several runs: a table of their settings and results, and their curves. */
export interface Comparison {
  readonly names: readonly string[];
  readonly table: Table;
  readonly charts: readonly ChartProps[];
}

export async function compareRuns(folders: readonly string[]): Promise<Comparison> {
  const { runs } = await readComparedRuns(folders, '');
  const details = await Promise.all(folders.map(readRunDetail));
  const metrics = new Set(runs.flatMap((run) => Object.keys(run.metrics)));
  return {
    names: details.map(({ name }) => name),
    table: runsTable(runs, runColumns(runs, [...metrics])),
    charts: comparedCharts(details, runLabels(runs)),
  };
}

/** The differences between two runs. */
export interface RunDiff {
  readonly names: readonly [string, string];
  /** The first line tells if the second run is better; further lines give the reasons. */
  readonly verdict: string;
  readonly sections: readonly Section[];
  readonly charts: readonly ChartProps[];
  /** Positions in the validation split of the images that only the second run predicts correctly. */
  readonly newlyCorrect: readonly number[];
  /** Positions of the images that only the first run predicts correctly. */
  readonly newlyIncorrect: readonly number[];
}

export async function diffTwoRuns(first: string, second: string): Promise<RunDiff> {
  const diff = diffRuns(await readDiffedRun(first), await readDiffedRun(second));
  const { runs } = await readComparedRuns([first, second], '');
  const details = [await readRunDetail(first), await readRunDetail(second)] as const;
  return {
    names: [details[0].name, details[1].name],
    verdict: describeVerdict(diff),
    sections: diffSections(diff, {}),
    charts: comparedCharts(details, runLabels(runs)),
    newlyCorrect: diff.predictions?.fixed.map(({ index }) => index) ?? [],
    newlyIncorrect: diff.predictions?.broken.map(({ index }) => index) ?? [],
  };
}

/** A sweep: its cells, the effects of its parameters, and its runs. */
export interface SweepDetail {
  readonly name: string;
  readonly metric: MetricGoal;
  /** Swept paths, and the shortest titles that distinguish them. */
  readonly parameters: readonly { readonly path: string; readonly title: string }[];
  /** The best cell first. */
  readonly cells: readonly SweepCell[];
  readonly effects: readonly Effect[];
  /** Axes of parallel coordinates: one for each parameter, then the metric's. */
  readonly axes: readonly ParallelAxis[];
  readonly table: Table;
  /** Name of the run in each row of the table; `''` for a run that has not started. */
  readonly names: readonly string[];
}

/** Runs that differ in nothing but their seeds. */
export interface SweepCell {
  /** Values of the parameters, by path. */
  readonly key: Readonly<Record<string, Json>>;
  /** Numbers of runs by status. */
  readonly statuses: Readonly<Partial<Record<Status, number>>>;
  /** Mean and deviation of the sweep's metric; `null` if no run has it. */
  readonly result: Spread | null;
  /** Names of the runs that have started. */
  readonly runs: readonly string[];
  /** Height on each axis, from 0 to 1; `null` if unknown. */
  readonly heights: readonly (number | null)[];
  /** From 0 for the worst cell to 1 for the best; `null` if unknown. */
  readonly score: number | null;
}

/** Reads the sweep in a folder; `null` if there is none. */
export async function readSweepDetail(folder: string): Promise<SweepDetail | null> {
  const sweep = await readComparedSweep(folder);
  if (!sweep) return null;
  const summary = summarizeSweep(sweep);
  const { name, metric, parameters, effects } = summary;
  const titles = shortNames(parameters);
  const axes = parallelAxes(summary);
  const cells = rankCells(summary.cells, metric);
  const runs = cells.flatMap((cell) => cell.runs);
  return {
    name,
    metric,
    parameters: parameters.map((path, i) => ({ path, title: titles[i] ?? path })),
    cells: cells.map((cell) => sweepCell(cell, axes, metric)),
    effects,
    axes: axes.map(({ title, ticks }) => ({ title, ticks })),
    table: runsTable(runs, runColumns(runs, [metric.name])),
    names: runs.map((run) => (hasStarted(run) ? run.facts.run : '')),
  };
}

function sweepCell(
  cell: Cell,
  axes: ReturnType<typeof parallelAxes>,
  metric: MetricGoal,
): SweepCell {
  const heights = axes.map((axis) => axis.height(cell));
  // The last axis is the metric's.
  const height = heights.at(-1) ?? null;
  return {
    key: cell.key,
    statuses: cell.statuses,
    result: cell.metrics[metric.name] ?? null,
    runs: cell.runs.filter(hasStarted).map(({ facts }) => facts.run),
    heights,
    score: height !== null && metric.goal === 'minimize' ? 1 - height : height,
  };
}

/** A run that has not started has no folder, and so no page. */
function hasStarted({ facts }: ComparedRun): boolean {
  return facts.started !== undefined;
}
