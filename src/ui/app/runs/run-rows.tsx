import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Column } from '../../../analysis/table.ts';
import type { RunWindow } from '../../server/run-table.ts';
import { columnClass, EntryView } from '../entry-table.tsx';
import { runUrl } from '../router.ts';

interface RunRowsProps {
  readonly window: RunWindow;
  /** The first row of the window. */
  readonly from: number;
  readonly sort: string;
  /** Names of the selected runs. */
  readonly selected: readonly string[];
  readonly onSort: (sort: string) => void;
  readonly onSelect: (run: string) => void;
  readonly onRows: (rows: Rows) => void;
}

/** The table of runs; only the rows near the visible ones are rendered. */
export function RunRows(props: RunRowsProps) {
  const { window, from, sort, selected, onSort, onSelect, onRows } = props;
  const { columns, rows, names, total } = window;
  const frame = useRef<HTMLElement>(null);
  const updateRows = () => {
    if (!frame.current) return;
    const next = rowsAround(frame.current.scrollTop, frame.current.clientHeight);
    if (next.from !== from) onRows(next);
  };
  // A new filter may leave fewer rows than were scrolled past.
  useLayoutEffect(updateRows);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach an element that scrolls.
    <section class="rows card" ref={frame} onScroll={updateRows} tabIndex={0} aria-label="runs">
      <table class="entries" aria-rowcount={total + 1} onKeyDown={moveFocus}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" class="select">
              <span class="hidden">selected</span>
            </th>
            {columns.map((column) => (
              <SortHeader
                key={column.name}
                class={columnClass(column, window)}
                column={column}
                sort={sort}
                onSort={onSort}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          <Space rows={from} />
          {names.map((name, i) => (
            <tr key={name} aria-rowindex={from + i + 2} aria-selected={selected.includes(name)}>
              <td class="select">
                <input
                  type="checkbox"
                  checked={selected.includes(name)}
                  aria-label={`select ${name}`}
                  onChange={() => onSelect(name)}
                />
              </td>
              {columns.map((column, j) => (
                <td key={column.name} class={columnClass(column, window)}>
                  {j === 0 ? (
                    <a href={runUrl(name)} title={name}>
                      <EntryView column={column} value={rows[i]?.[j]} />{' '}
                      <small class="soft">{name.slice(name.lastIndexOf('-') + 1)}</small>
                    </a>
                  ) : (
                    <EntryView column={column} value={rows[i]?.[j]} />
                  )}
                </td>
              ))}
            </tr>
          ))}
          <Space rows={total - from - names.length} />
        </tbody>
      </table>
    </section>
  );
}

interface SortHeaderProps {
  readonly column: Column;
  readonly class: string;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
}

/** A column title that sorts: the first click sorts, the second reverses, the third restores the default order. */
function SortHeader({ column, class: className, sort, onSort }: SortHeaderProps) {
  const { name, title } = column;
  const isSorted = sort === name || sort === `-${name}`;
  const next = sort === name ? `-${name}` : isSorted ? '' : name;
  const order = sort === name ? 'ascending' : 'descending';
  return (
    <th scope="col" class={className} {...(isSorted && { 'aria-sort': order })}>
      <button type="button" class="plain" title={name} onClick={() => onSort(next)}>
        {title}
        <span aria-hidden="true">{isSorted ? (sort === name ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

/** Empty space in place of rows that are not rendered. */
function Space({ rows }: { readonly rows: number }) {
  if (rows <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: it has no content.
    <tr aria-hidden="true" class="space">
      <td style={{ height: `${rows * ROW_HEIGHT}px` }} />
    </tr>
  );
}

/** Arrow keys move the focus to the same control of the row above or below. */
function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' } as const;
  const direction = step[event.key as keyof typeof step];
  const control = event.target as HTMLElement;
  const row = direction && control.closest('tbody tr')?.[direction];
  const next = row?.querySelector<HTMLElement>(control.tagName.toLowerCase());
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** Height of every row in pixels; runs.css sets it too. Equal heights give positions to rows that are not rendered. */
export const ROW_HEIGHT = 38;
/** Windows start at multiples of this, so that a short scroll requests no new one. */
const WINDOW_STEP = 50;
/** Rendered rows above and below the visible ones. */
const MARGIN = 50;

/** Consecutive rows of the table. */
export interface Rows {
  readonly from: number;
  readonly count: number;
}

/**
 * The rows to render.
 * @param top scroll position in pixels
 * @param height height of the visible part in pixels
 */
export function rowsAround(top: number, height: number): Rows {
  const first = Math.floor(top / ROW_HEIGHT) - MARGIN;
  const last = Math.ceil((top + height) / ROW_HEIGHT) + MARGIN;
  const from = Math.max(0, Math.floor(first / WINDOW_STEP) * WINDOW_STEP);
  return { from, count: Math.ceil((last - from) / WINDOW_STEP) * WINDOW_STEP };
}
