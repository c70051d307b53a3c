import { alignColumns, formatJson } from '../common/format.ts';
import { isMap, type Json } from '../common/json.ts';
import { formatMean, formatValue, type MetricFormat } from '../experiment/metrics.ts';
import type { Spread } from './statistics.ts';

/** Rows of values, in the order of their columns. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Entry[])[];
  /** The format of each row's metric, if the rows have different metrics. */
  readonly rowFormats?: readonly MetricFormat[];
}

export interface Column {
  readonly name: string;
  /** The heading. */
  readonly title: string;
  /** `text` for names, counts and settings; otherwise the format of a metric. */
  readonly format: 'text' | MetricFormat;
  /** Gives positive values a plus sign. */
  readonly isChange?: boolean;
}

export type Entry = Json | Spread | undefined;

/** A table for a terminal, with aligned columns. */
export function textTable(table: Table): string {
  const aligns = table.columns.map((_, i) => (isTextColumn(table, i) ? 'left' : 'right'));
  return alignColumns(formatRows(table), aligns).join('\n');
}

export function markdownTable(table: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [header = [], ...rows] = formatRows(table).map((row) =>
    row.map((text) => text.replaceAll('|', '\\|')),
  );
  const rule = table.columns.map((_, i) => (isTextColumn(table, i) ? '---' : '---:'));
  return [header, rule, ...rows].map(line).join('\n');
}

/** Returns whether a column is aligned to the left. */
export function isTextColumn({ rows }: Table, column: number): boolean {
  return rows.some((row) => typeof row[column] === 'string');
}

/** The texts of a table: the titles, then the rows. */
export function formatRows({ columns, rows, rowFormats }: Table): string[][] {
  const titles = columns.map(({ title }) => title);
  const texts = rows.map((row, i) =>
    columns.map((column, j) => formatEntry(column, row[j], rowFormats?.[i])),
  );
  return [titles, ...texts];
}

/** The text of a value; empty for `null`. @param rowFormat replaces the column's format of a metric. */
export function formatEntry(column: Column, value: Entry, rowFormat?: MetricFormat): string {
  const format = column.format === 'text' ? column.format : (rowFormat ?? column.format);
  const spread = asSpread(value);
  if (spread) return formatMean(format === 'text' ? 'number' : format, spread);
  if (typeof value === 'number') {
    const sign = column.isChange && value > 0 ? '+' : '';
    return `${sign}${format === 'text' ? formatJson(value) : formatValue(format, value)}`;
  }
  return value === null ? '' : formatJson(value as Json | undefined);
}

/** Narrows a value; `null` if it is not a spread. */
export function asSpread(value: Entry): Spread | null {
  return isMap(value) && 'mean' in value && 'sd' in value ? (value as Spread) : null;
}
