import { formatPercent } from '../common/format.ts';
import { formatMean, formatMetric, MAIN_COLUMNS, metricOf } from '../experiment/metrics.ts';
import type { Cell } from './cells.ts';
import { type ComparedRun, STATUSES, valueIn } from './compared-run.ts';
import type { Effect } from './effects.ts';
import { differingSettings, shortNames, showBriefly } from './settings.ts';
import type { SweepSummary } from './sweep-summary.ts';
import type { Column, Entry, Table } from './table.ts';

/** A row for each run: its name, what not all share, how it ended, what it gave. */
export function runColumns(
  runs: readonly ComparedRun[],
  metrics: readonly string[] = MAIN_COLUMNS,
): string[] {
  const has = (column: string) => runs.some((run) => valueIn(run, column) !== undefined);
  // The experiment's name is part of the run's.
  const settings = differingSettings(runs).filter((path) => path !== 'name');
  const columns = ['run', ...settings, 'status', 'epochs', ...metrics];
  return columns.filter(has);
}

export function runsTable(runs: readonly ComparedRun[], columns: readonly string[]): Table {
  return {
    columns: described(columns, runs),
    rows: runs.map((run) => columns.map((column) => valueIn(run, column))),
  };
}

/** A row for each cell: what its runs share, how many ended how, and their metrics' means. */
export function cellsTable(
  cells: readonly Cell[],
  metrics: readonly string[] = MAIN_COLUMNS,
): Table {
  const key = Object.keys(cells[0]?.key ?? {});
  const runs = cells.flatMap((cell) => cell.runs);
  const statuses = STATUSES.filter((status) => cells.some((cell) => cell.statuses[status]));
  const known = metrics.filter((name) => cells.some((cell) => cell.metrics[name]));
  const columns = described([...key, ...statuses, ...known], runs);
  const rows = cells.map((cell): Entry[] => [
    ...key.map((name) => cell.key[name]),
    ...statuses.map((status) => cell.statuses[status] ?? 0),
    ...known.map((name) => cell.metrics[name]),
  ]);
  return { columns, rows };
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
export function describeCell(cell: Cell, { metric }: SweepSummary): string {
  const spread = cell.metrics[metric.name];
  const given = spread ? formatMean(metricOf(metric.name).format, spread) : 'unknown';
  const over = spread && spread.n > 1 ? ` over ${spread.n} runs` : '';
  return `${showBriefly(cell.key) || 'all runs'}: ${metric.name} ${given}${over}`;
}

function described(columns: readonly string[], runs: readonly ComparedRun[]): Column[] {
  const titles = shortNames(columns);
  return columns.map((name, i) => {
    const title = titles[i] ?? name;
    const isMetric = runs.some(({ metrics }) => name in metrics);
    return { name, title, format: isMetric ? metricOf(name).format : 'text' };
  });
}
