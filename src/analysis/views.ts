import { formatPercent } from '../common/format.ts';
import type { MetricGoal } from '../experiment/experiment.ts';
import { formatMean, formatMetric, MAIN_COLUMNS, metricOf } from '../experiment/metrics.ts';
import { type ComparedRun, differingSettings, STATUSES, valueIn } from './compared-run.ts';
import type { Effect } from './effects.ts';
import { formatSettings, shortNames } from './settings.ts';
import type { Cell } from './sweep-summary.ts';
import type { Column, Entry, Table } from './table.ts';

/**
 * The default columns of a table of runs: the name, the settings in which they differ, the status, the epochs and
 * metrics.
 */
export function runColumns(
  runs: readonly ComparedRun[],
  metrics: readonly string[] = MAIN_COLUMNS,
): string[] {
  const has = (column: string) => runs.some((run) => valueIn(run, column) !== undefined);
  // The run's name includes that of the experiment.
  const settings = differingSettings(runs).filter((path) => path !== 'name');
  return ['run', ...settings, 'status', 'epochs', ...metrics].filter(has);
}

/** A row for each run. */
export function runsTable(runs: readonly ComparedRun[], columns: readonly string[]): Table {
  return {
    columns: columnsOf(columns, runs),
    rows: runs.map((run) => columns.map((column) => valueIn(run, column))),
  };
}

/** A row for each cell: its key, the number of runs of each status, and the spread of each metric. */
export function cellsTable(
  cells: readonly Cell[],
  metrics: readonly string[] = MAIN_COLUMNS,
): Table {
  const key = Object.keys(cells[0]?.key ?? {});
  const runs = cells.flatMap((cell) => cell.runs);
  const statuses = STATUSES.filter((status) => cells.some((cell) => cell.statuses[status]));
  const known = metrics.filter((name) => cells.some((cell) => cell.metrics[name]));
  const rows = cells.map((cell): Entry[] => [
    ...key.map((name) => cell.key[name]),
    ...statuses.map((status) => cell.statuses[status] ?? 0),
    ...known.map((name) => cell.metrics[name]),
  ]);
  return { columns: columnsOf([...key, ...statuses, ...known], runs), rows };
}

/** A row for each parameter, the strongest effect first. */
export function effectsTable(effects: readonly Effect[], metric: string): Table {
  const column = (name: string, title: string): Column => ({ name, title, format: 'text' });
  return {
    columns: [
      column('parameter', 'parameter'),
      column('share', 'of variance'),
      column('rankCorrelation', 'rank correlation'),
      column('levels', `mean ${metric}`),
    ],
    rows: effects.map(({ parameter, share, rankCorrelation, levels }) => [
      parameter,
      share === null ? null : formatPercent(share, 0),
      rankCorrelation === null ? null : rankCorrelation.toFixed(2),
      levels.map(({ label, mean }) => `${label}: ${formatMetric(metric, mean)}`).join(', '),
    ]),
  };
}

/** `dropout=0.25, learningRate=0.001: val_accuracy 81.23 ± 0.41 % over 3 runs` */
export function describeCell(cell: Cell, { metric }: { readonly metric: MetricGoal }): string {
  const spread = cell.metrics[metric.name];
  const value = spread ? formatMean(metricOf(metric.name).format, spread) : 'unknown';
  const over = spread && spread.n > 1 ? ` over ${spread.n} runs` : '';
  return `${formatSettings(cell.key) || 'all runs'}: ${metric.name} ${value}${over}`;
}

function columnsOf(names: readonly string[], runs: readonly ComparedRun[]): Column[] {
  const titles = shortNames(names);
  return names.map((name, i) => {
    const isMetric = runs.some(({ metrics }) => name in metrics);
    return { name, title: titles[i] ?? name, format: isMetric ? metricOf(name).format : 'text' };
  });
}
