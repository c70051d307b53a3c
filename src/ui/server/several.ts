import { basename, dirname } from 'node:path';
import { type Cell, rankCells } from '../../analysis/cells.ts';
import {
  type ComparedRun,
  type Metric,
  runLabels,
  type Status,
} from '../../analysis/compared-run.ts';
import { diffRuns } from '../../analysis/diff.ts';
import { describeVerdict, diffSections, type Section } from '../../analysis/diff-views.ts';
import type { Effect } from '../../analysis/effects.ts';
import { shortNames } from '../../analysis/settings.ts';
import type { Spread } from '../../analysis/statistics.ts';
import { summarizeSweep } from '../../analysis/sweep-summary.ts';
import type { Table } from '../../analysis/table.ts';
import { runColumns, runsTable } from '../../analysis/views.ts';
import type { ChartProps } from '../../charts/page/chart.tsx';
import { comparedCharts } from '../../charts/page/run-charts.ts';
import { type ParallelAxis, parallelAxes } from '../../charts/parallel.ts';
import type { Json } from '../../common/json.ts';
import { comparedRuns, comparedSweep } from '../../runs/compared.ts';
import { runDetail } from '../../runs/detail.ts';
import { diffedRun } from '../../runs/diffed.ts';

/** Runs side by side: what they do not share, what they gave, and how they got there. */
export interface Comparison {
  readonly names: readonly string[];
  readonly table: Table;
  readonly charts: readonly ChartProps[];
}

export async function comparisonOf(folders: readonly string[]): Promise<Comparison> {
  const { runs } = await comparedRuns(folders, '');
  const metrics = new Set(runs.flatMap((run) => Object.keys(run.metrics)));
  return {
    names: folders.map(nameOf),
    table: runsTable(runs, runColumns(runs, [...metrics])),
    charts: await chartsOf(folders),
  };
}

/** What the second of two runs has otherwise than the first. */
export interface Difference {
  readonly names: readonly [string, string];
  /** Whether it is better, in a line; what says so, in the next ones. */
  readonly verdict: string;
  readonly sections: readonly Section[];
  readonly charts: readonly ChartProps[];
  /** Indexes of images that only the second got right, or only the first. */
  readonly fixed: readonly number[];
  readonly broken: readonly number[];
}

export async function differenceOf(first: string, second: string): Promise<Difference> {
  const diff = diffRuns(await diffedRun(first), await diffedRun(second));
  return {
    names: [nameOf(first), nameOf(second)],
    verdict: describeVerdict(diff),
    sections: diffSections(diff, {}),
    charts: await chartsOf([first, second]),
    fixed: diff.answers?.fixed.map(({ index }) => index) ?? [],
    broken: diff.answers?.broken.map(({ index }) => index) ?? [],
  };
}

/** What the runs of a sweep say together. */
export interface SweepDetail {
  readonly name: string;
  readonly metric: Metric;
  /** Paths that it varies, and the shortest names that tell them apart. */
  readonly parameters: readonly { readonly path: string; readonly title: string }[];
  /** The best first. */
  readonly cells: readonly SweepCell[];
  readonly effects: readonly Effect[];
  readonly axes: readonly ParallelAxis[];
  readonly table: Table;
  readonly names: readonly string[];
}

/** Runs that differ in nothing but their seeds. */
export interface SweepCell {
  readonly key: Readonly<Record<string, Json>>;
  readonly statuses: Readonly<Partial<Record<Status, number>>>;
  /** Of the sweep's metric; `null`: no run has it yet. */
  readonly result: Spread | null;
  readonly runs: readonly string[];
  /** From 0 to 1 on each axis; `null`: unknown. */
  readonly heights: readonly (number | null)[];
  /** From 0, the worst of the cells, to 1, the best; `null`: unknown. */
  readonly worth: number | null;
}

/** `null` if there is no sweep in the folder. */
export async function sweepOf(folder: string): Promise<SweepDetail | null> {
  const sweep = await comparedSweep(folder);
  if (!sweep) return null;
  const summary = summarizeSweep(sweep);
  const { name, metric, parameters, effects } = summary;
  const titles = shortNames(parameters);
  const axes = parallelAxes(summary);
  const cells = rankCells(summary.cells, metric);
  const runs = cells.flatMap((cell) => cell.runs);
  return {
    ...{ name, metric, effects },
    parameters: parameters.map((path, i) => ({ path, title: titles[i] ?? path })),
    cells: cells.map((cell) => ({
      ...placeOf(cell, axes, metric),
      key: cell.key,
      statuses: cell.statuses,
      result: cell.metrics[metric.name] ?? null,
      runs: cell.runs.filter(hasBegun).map(({ facts }) => facts.run),
    })),
    axes: axes.map(({ title, ticks }) => ({ title, ticks })),
    table: runsTable(runs, runColumns(runs, [metric.name])),
    names: runs.map((run) => (hasBegun(run) ? run.facts.run : '')),
  };
}

/** The last axis is the metric's. */
function placeOf(
  cell: Cell,
  axes: ReturnType<typeof parallelAxes>,
  { goal }: Metric,
): Pick<SweepCell, 'heights' | 'worth'> {
  const heights = axes.map((axis) => axis.height(cell));
  const last = heights.at(-1) ?? null;
  return { heights, worth: last !== null && goal === 'minimize' ? 1 - last : last };
}

/** One that has not has no folder, and so no page. */
function hasBegun({ facts }: ComparedRun): boolean {
  return facts.started !== undefined;
}

async function chartsOf(folders: readonly string[]): Promise<ChartProps[]> {
  const { runs } = await comparedRuns(folders, '');
  return comparedCharts(await Promise.all(folders.map(runDetail)), runLabels(runs));
}

function nameOf(folder: string): string {
  return `${basename(dirname(folder))}/${basename(folder)}`;
}
