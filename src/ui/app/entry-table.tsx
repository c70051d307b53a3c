import {
  asSpread,
  type Column,
  type Entry,
  formatEntry,
  type Table,
} from '../../analysis/table.ts';
import { formatDuration } from '../../common/format.ts';
import type { MetricFormat } from '../../experiment/metrics.ts';
import type { RunState } from '../../run-folder/status.ts';
import { showTime } from '../components/format.ts';
import { StateBadge } from '../components/section.tsx';
import { runUrl } from './router.ts';

interface EntryTableProps {
  readonly table: Table;
  /** The table's name for screen readers. */
  readonly label: string;
  /** Name of the run in each row; `''` for a row without a run. */
  readonly names?: readonly string[];
}

/** A table of analysis results. The first cell of a row links to its run. */
export function EntryTable({ table, label, names = [] }: EntryTableProps) {
  const { columns, rows, rowFormats } = table;
  return (
    <div class="scroll">
      <table class="entries" aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                class={columnClass(column, table)}
                title={column.name}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={names[i] || i}>
              {columns.map((column, j) => (
                <td key={column.name} class={columnClass(column, table)}>
                  {j === 0 && names[i] ? (
                    <a href={runUrl(names[i])}>{showEntry(column, row[j])}</a>
                  ) : (
                    <EntryView column={column} value={row[j]} format={rowFormats?.[i]} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface EntryViewProps {
  readonly column: Column;
  readonly value: Entry;
  /** The format of the row's metric, if rows differ in it. */
  readonly format?: MetricFormat | undefined;
}

export function EntryView({ column, value, format }: EntryViewProps) {
  if (column.name === 'status' && typeof value === 'string')
    return <StateBadge state={value as RunState} />;
  if (column.isChange && typeof value === 'number')
    return <span class={value === 0 ? 'soft' : 'change'}>{showEntry(column, value, format)}</span>;
  return <>{showEntry(column, value, format)}</>;
}

/** The CSS class of a column: numbers are aligned to the right. */
export function columnClass(column: Column, { columns, rows }: Table): string {
  const index = columns.indexOf(column);
  const isNumber = rows.some((row) => typeof row[index] === 'number' || asSpread(row[index]));
  return isNumber || column.format !== 'text' ? 'number' : '';
}

/** The text of a value; empty if there is none. */
function showEntry(column: Column, value: Entry, format?: MetricFormat): string {
  if (value === undefined || value === null) return '';
  if (column.name === 'seconds' && typeof value === 'number') return formatDuration(value);
  if (column.name === 'started') return showTime(String(value));
  return formatEntry(column, value, format);
}
