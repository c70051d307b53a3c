import { alignColumns, formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import { formatMean, formatValue, type MetricFormat } from '../experiment/metrics.ts';
import type { Spread } from './statistics.ts';

/** Values by the names of their columns. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Entry[])[];
  /** The format of each row's metric, where rows differ in it. */
  readonly rowFormats?: readonly MetricFormat[];
}

export interface Column {
  readonly name: string;
  /** What people read above it. */
  readonly title: string;
  /** `text`: names, counts and settings; else the format of a metric. */
  readonly format: 'text' | MetricFormat;
  /** Whether a plus stands before what grew. */
  readonly isChange?: boolean;
}

export type Entry = Json | Spread | undefined;

/** In columns for a terminal. */
export function textTable(table: Table): string {
  const aligns = table.columns.map((_, i) => (isWords(table, i) ? 'left' : 'right'));
  return alignColumns(words(table), aligns).join('\n');
}

export function markdownTable(table: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [head = [], ...rows] = words(table).map((row) =>
    row.map((word) => word.replaceAll('|', '\\|')),
  );
  const rule = table.columns.map((_, i) => (isWords(table, i) ? '---' : '---:'));
  return [head, rule, ...rows].map(line).join('\n');
}

/** A list of objects; what a row lacks is left out. */
export function jsonRows({ columns, rows }: Table): Record<string, Entry>[] {
  return rows.map((row) =>
    Object.fromEntries(
      columns.map(({ name }, i) => [name, row[i]]).filter(([, value]) => value !== undefined),
    ),
  );
}

/** Whether a column is best read from its left edge. */
export function isWords({ rows }: Table, column: number): boolean {
  return rows.some((row) => typeof row[column] === 'string');
}

/** What people read: the titles, then row by row. */
export function words({ columns, rows, rowFormats }: Table): string[][] {
  const head = columns.map(({ title }) => title);
  return [
    head,
    ...rows.map((row, i) =>
      columns.map((column, j) => formatEntry(column, row[j], rowFormats?.[i])),
    ),
  ];
}

/** A value as people read it; empty for `null`. @param rowFormat of the row's metric, instead of the column's. */
export function formatEntry(
  { format: columnFormat, isChange }: Column,
  value: Entry,
  rowFormat?: MetricFormat,
): string {
  const format = columnFormat === 'text' ? columnFormat : (rowFormat ?? columnFormat);
  const spread = asSpread(value);
  if (spread) return formatMean(format === 'text' ? 'number' : format, spread);
  if (typeof value === 'number') {
    const sign = isChange && value > 0 ? '+' : '';
    return `${sign}${format === 'text' ? formatJson(value) : formatValue(format, value)}`;
  }
  return value === null ? '' : formatJson(value as Json | undefined);
}

/** `null` for what is none. */
export function asSpread(value: Entry): Spread | null {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap && 'mean' in value && 'sd' in value ? (value as Spread) : null;
}
