import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Column } from '../../../analysis/table.ts';
import type { RunWindow } from '../../server/run-table.ts';
import { classOf, EntryView } from '../entry-table.tsx';
import { runUrl } from '../router.ts';

interface RunRowsProps {
  readonly window: RunWindow;
  /** Which row is the window's first. */
  readonly from: number;
  readonly sort: string;
  readonly chosen: readonly string[];
  readonly onSort: (sort: string) => void;
  readonly onChoose: (run: string) => void;
  readonly onRows: (rows: Rows) => void;
}

/** The table of runs, of which only the rows around those in view are drawn. */
export function RunRows(props: RunRowsProps) {
  const { window, from, sort, chosen, onSort, onChoose, onRows } = props;
  const { columns, rows, names, total } = window;
  const frame = useRef<HTMLElement>(null);
  const look = () => {
    if (!frame.current) return;
    const next = rowsAround(frame.current.scrollTop, frame.current.clientHeight);
    if (next.from !== from) onRows(next);
  };
  // A filter may leave fewer rows than were scrolled by.
  useLayoutEffect(look);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
    <section class="rows card" ref={frame} onScroll={look} tabIndex={0} aria-label="runs">
      <table class="entries" aria-rowcount={total + 1} onKeyDown={walk}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" class="tick">
              <span class="hidden">ticked</span>
            </th>
            {columns.map((column) => (
              <SortHeader
                key={column.name}
                {...{ column, sort, onSort }}
                class={classOf(column, window)}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          <Space rows={from} />
          {names.map((name, i) => (
            <tr key={name} aria-rowindex={from + i + 2} aria-selected={chosen.includes(name)}>
              <td class="tick">
                <input
                  type="checkbox"
                  checked={chosen.includes(name)}
                  aria-label={`tick ${name}`}
                  onChange={() => onChoose(name)}
                />
              </td>
              {columns.map((column, j) => (
                <td key={column.name} class={classOf(column, window)}>
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

/** Pressed again and again: in order, in the other order, as before. */
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

/** The place of rows that are not drawn. */
function Space({ rows }: { readonly rows: number }) {
  if (rows <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: there is nothing in it.
    <tr aria-hidden="true" class="space">
      <td style={{ height: `${rows * ROW_HEIGHT}px` }} />
    </tr>
  );
}

/** Arrows go up and down from a run to the next. */
function walk(event: KeyboardEvent): void {
  const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' } as const;
  const direction = step[event.key as keyof typeof step];
  const here = event.target as HTMLElement;
  const next = direction && here.closest('tbody tr')?.[direction];
  const goal = next?.querySelector<HTMLElement>(here.tagName.toLowerCase());
  if (!goal) return;
  event.preventDefault();
  goal.focus();
}

/** Pixels of a row: all are of one height, so that the place of each is known without drawing it. */
export const ROW_HEIGHT = 38;
/** Windows begin at multiples of this, so that scrolling a little asks for nothing new. */
const STEP = 50;
/** Rows beyond those in view, before and after. */
const MARGIN = 50;

/** Some of many rows. */
export interface Rows {
  readonly from: number;
  readonly count: number;
}

/** The rows to have at hand while some are in view. */
export function rowsAround(top: number, height: number): Rows {
  const first = Math.floor(top / ROW_HEIGHT) - MARGIN;
  const last = Math.ceil((top + height) / ROW_HEIGHT) + MARGIN;
  const from = Math.max(0, Math.floor(first / STEP) * STEP);
  return { from, count: Math.ceil((last - from) / STEP) * STEP };
}
