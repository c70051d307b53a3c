import type { Column, Entry, Table } from '../../analysis/table.ts';
import { duration } from '../../common/format.ts';
import type { RunState } from '../../run-folder/status.ts';
import { showMeasure, showTime } from '../components/format.ts';
import { StateBadge } from '../components/section.tsx';
import { runUrl } from './router.ts';

interface EntryTableProps {
  readonly table: Table;
  /** What it is a table of, for those who do not see it. */
  readonly label: string;
  /** Names of the runs that rows are about; `''`: of none. */
  readonly names?: readonly string[];
}

/** A table of any kind. */
export function EntryTable({ table, label, names = [] }: EntryTableProps) {
  const { columns, rows } = table;
  return (
    <div class="scroll">
      <table class="entries" aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" class={classOf(column, table)} title={column.name}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={names[i] || i}>
              {columns.map((column, j) => (
                <td key={column.name} class={classOf(column, table)}>
                  {j === 0 && names[i] ? (
                    <a href={runUrl(names[i])}>{showEntry(column, row[j])}</a>
                  ) : (
                    <EntryView column={column} value={row[j]} />
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

export function EntryView({ column, value }: { readonly column: Column; readonly value: Entry }) {
  if (column.name === 'status' && typeof value === 'string')
    return <StateBadge state={value as RunState} />;
  if (column.isChange && typeof value === 'number')
    return <span class={value === 0 ? 'soft' : 'change'}>{showEntry(column, value)}</span>;
  return <>{showEntry(column, value)}</>;
}

/** Numbers stand to the right. */
export function classOf(column: Column, { columns, rows }: Table): string {
  const at = columns.indexOf(column);
  const isNumber = rows.some((row) => typeof row[at] === 'number' || isSpread(row[at]));
  return isNumber || column.kind === 'metric' ? 'number' : '';
}

/** A value as people read it; nothing for what is not there. */
export function showEntry({ name, kind, isChange }: Column, value: Entry): string {
  if (value === undefined || value === null) return '';
  if (isSpread(value)) {
    const { mean, sd } = value;
    return sd === null ? mean.toFixed(4) : `${mean.toFixed(4)} ± ${sd.toFixed(4)}`;
  }
  if (typeof value === 'number') {
    const sign = isChange && value > 0 ? '+' : '';
    if (name === 'seconds') return duration(value);
    if (kind !== 'metric') return `${sign}${value}`;
    return `${sign}${isChange ? value.toFixed(4) : showMeasure(name, value)}`;
  }
  if (name === 'started') return showTime(String(value));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isSpread(value: Entry): value is { n: number; mean: number; sd: number | null } {
  return typeof value === 'object' && value !== null && 'mean' in value && 'sd' in value;
}
