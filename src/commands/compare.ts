import {
  chooseColumns,
  filterRuns,
  knownColumns,
  parseOrder,
  sortRuns,
} from '../analysis/columns.ts';
import type { ComparedRun } from '../analysis/compared-run.ts';
import {
  type Cell,
  cellsOf,
  rankCells,
  type SweepSummary,
  summarizeSweep,
} from '../analysis/sweep-summary.ts';
import { markdownTable, type Table, textTable } from '../analysis/table.ts';
import { csvTable, jsonRows } from '../analysis/table-export.ts';
import {
  cellsTable,
  describeCell,
  effectsTable,
  runColumns,
  runsTable,
} from '../analysis/views.ts';
import { InputError } from '../common/errors.ts';
import { countOf } from '../common/format.ts';
import { MAIN_COLUMNS } from '../experiment/metrics.ts';
import { type ComparedRuns, readComparedRuns } from '../runs/compared.ts';

export interface CompareOptions {
  /** Folder of all runs. */
  readonly runs: string;
  readonly filter?: string;
  readonly sort?: string;
  readonly columns?: string;
  readonly groupBy?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly md?: boolean;
}

/** What of runs is printed, and how. */
type Shown = Omit<CompareOptions, 'runs'>;

/**
 * `cifar-run compare RUN…`: prints runs as a table. For a sweep, it prints the cells with mean and standard deviation, the
 * best cell and the effect of each parameter, and also writes them to the folder of the sweep.
 * @throws InputError for an unknown run or column, or an invalid filter.
 */
export async function compareCommand(
  references: readonly string[],
  options: CompareOptions,
): Promise<void> {
  const compared = await readComparedRuns(references, options.runs);
  printComparison(compared, options);
  const { sweep } = compared;
  if (!sweep || options.filter !== undefined) return;
  const { writeSummaryFiles } = await import('../run-folder/sweep-summary.ts');
  const files = await writeSummaryFiles(sweep.folder, summarizeSweep(sweep));
  if (isText(options)) process.stdout.write(`\n${sweep.folder}: ${files.join(', ')}\n`);
}

/** Prints runs as a table, and what a sweep's runs tell together. */
export function printComparison({ runs: all, sweep }: ComparedRuns, options: Shown): void {
  const runs = options.filter === undefined ? all : filterRuns(all, options.filter);
  if (runs.length === 0 && all.length > 0 && isText(options)) {
    process.stdout.write(`0 of ${countOf(all.length, 'run')} match ${options.filter}\n`);
    return;
  }
  const summary = sweep && summarizeSweep({ ...sweep, runs });
  const table = tableOf(runs, summary, options);
  process.stdout.write(`${print(table, summary, options)}\n`);
}

/** One row for each cell of a sweep with several seeds, unless the user asks for runs or other groups. */
function tableOf(
  runs: readonly ComparedRun[],
  summary: SweepSummary | null,
  { columns, groupBy, sort }: Shown,
): Table {
  const known = knownColumns(runs);
  const chosen = columns === undefined ? null : chooseColumns(columns, known);
  const metric = summary?.metric;
  const main = [...new Set([...MAIN_COLUMNS, ...(metric ? [metric.name] : [])])];
  const best = metric && { column: metric.name, goal: metric.goal };
  const order = sort === undefined ? best : parseOrder(sort, runs);
  const sorted = order ? sortRuns(runs, order) : runs;
  if (groupBy === undefined && (chosen || !summary || !hasReplicates(summary))) {
    return runsTable(sorted, chosen ?? runColumns(runs, main));
  }
  const keys = groupBy === undefined ? summary?.parameters : chooseColumns(groupBy, known);
  const cells = cellsOf(sorted, keys ?? []);
  const ranked = order ? rankCells(cells, { name: order.column, goal: order.goal }) : cells;
  return cellsTable(ranked, chosen ? requireMetrics(chosen, cells) : main);
}

function hasReplicates({ cells }: SweepSummary): boolean {
  return cells.some(({ runs }) => runs.length > 1);
}

function requireMetrics(columns: readonly string[], cells: readonly Cell[]): readonly string[] {
  const known = [...new Set(cells.flatMap(({ metrics }) => Object.keys(metrics)))];
  const other = columns.find((column) => !known.includes(column));
  if (other === undefined) return columns;
  throw new InputError(
    `columns of groups are metrics: ${known.join(', ')}. Received: --columns ${other}`,
  );
}

function print(table: Table, summary: SweepSummary | null, options: Shown): string {
  if (options.csv) return csvTable(table);
  if (options.json) return JSON.stringify(comparisonJson(table, summary), null, 2);
  const format = options.md ? markdownTable : textTable;
  if (table.rows.length === 0) return 'no runs';
  return [format(table), ...(summary ? summaryTexts(summary, format) : [])].join('\n\n');
}

function summaryTexts(summary: SweepSummary, format: (table: Table) => string): string[] {
  const { best, effects, metric } = summary;
  return [
    ...(best ? [`best: ${describeCell(best, summary)}`] : []),
    ...(effects.length > 0 ? [format(effectsTable(effects, metric.name))] : []),
  ];
}

function comparisonJson(table: Table, summary: SweepSummary | null): object {
  const rows = jsonRows(table);
  if (!summary) return rows;
  const { name, metric, best, effects } = summary;
  return { sweep: name, metric, best: best && { ...best.key, ...best.metrics }, effects, rows };
}

function isText({ csv, json, md }: Shown): boolean {
  return !csv && !json && !md;
}
