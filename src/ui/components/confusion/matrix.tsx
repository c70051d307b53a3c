import type { TargetedKeyboardEvent } from 'preact';
import { percent } from '../../../charts/theme.ts';
import { heatOf } from '../format.ts';
import { type Cell, type Confused, shareOf } from './share.ts';

/** Steps of the colour, from faint to full. */
const STEPS = 8;

/** Many classes as colour alone, one path for each step of it: a hundred classes have 10,000 cells. */
export function ConfusionMap({ names, confusion, cell, onPoint, onCell }: MatrixProps) {
  const size = names.length;
  const point = (event: PointerEvent) => {
    const { left, top, width, height } = (event.currentTarget as Element).getBoundingClientRect();
    const index = (share: number) => Math.min(size - 1, Math.max(0, Math.floor(share * size)));
    onPoint({
      truth: index((event.clientY - top) / height),
      predicted: index((event.clientX - left) / width),
    });
  };
  const press = (event: KeyboardEvent) => {
    const to = move(cell ?? { truth: 0, predicted: 0 }, event.key, size);
    if (event.key === 'Enter' && cell) onCell?.(cell.truth, cell.predicted);
    if (!to) return;
    event.preventDefault();
    onPoint(to);
  };
  return (
    <div
      class="map"
      role="application"
      aria-label={`confusion matrix of ${size} classes; arrow keys go from cell to cell`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application is interactive.
      tabIndex={0}
      onKeyDown={press}
      onPointerMove={point}
      onPointerLeave={() => onPoint(null)}
      onClick={() => cell && onCell?.(cell.truth, cell.predicted)}
    >
      <svg viewBox={`0 0 ${size} ${size}`} aria-hidden="true">
        <g transform="translate(0 0.5)">
          {stepPaths(confusion).map((d, step) => (
            <path key={step} d={d} style={{ strokeOpacity: (step + 1) / STEPS }} />
          ))}
        </g>
        {cell && <CellFrame cell={cell} />}
      </svg>
    </div>
  );
}

function CellFrame({ cell }: { readonly cell: Cell }) {
  return <rect class="frame" x={cell.predicted} y={cell.truth} width="1" height="1" />;
}

/** For each step its cells: lines as wide as they are long, along the cells' upper edges. */
function stepPaths(confusion: readonly (readonly number[])[]): string[] {
  const paths = new Array<string>(STEPS).fill('');
  for (const [i, row] of confusion.entries()) {
    for (const [j, count] of row.entries()) {
      if (count === 0) continue;
      const step = Math.ceil(STEPS * Math.sqrt(shareOf(row, j))) - 1;
      paths[step] += `M${j} ${i}h1`;
    }
  }
  return paths;
}

/** Cells are narrow where there are more of them in a row than this. */
const MOST_WIDE = 12;
/** Names are written upwards where one of them is longer than this. */
const LEVEL_NAME = 6;

/** Counts and shares of rows. Arrow keys go from cell to cell, of which one at a time is a stop of Tab. */
export function ConfusionTable({ names, confusion, cell, onPoint, onCell }: MatrixProps) {
  const at = cell ?? { truth: 0, predicted: 0 };
  const isUpright = names.some(({ length }) => length > LEVEL_NAME) && names.length > 2;
  const looks = {
    matrix: true,
    upright: isUpright,
    dense: names.length > MOST_WIDE,
    choosable: Boolean(onCell),
  };
  const press = (event: TargetedKeyboardEvent<HTMLTableElement>) => {
    if (event.key === 'Enter') onCell?.(at.truth, at.predicted);
    const to = move(at, event.key, names.length);
    const next = to && event.currentTarget.tBodies[0]?.rows[to.truth]?.cells[to.predicted + 1];
    if (!next) return;
    event.preventDefault();
    // Before the cell that has the focus ceases to be able to have it.
    next.tabIndex = 0;
    next.focus();
  };
  const choose = (event: MouseEvent) => {
    const chosen = cellOf(event.target);
    if (chosen) onCell?.(chosen.truth, chosen.predicted);
  };
  return (
    <div class="scroll">
      <table
        aria-label="confusion matrix: rows are true classes, columns predicted ones"
        class={classOf(looks)}
        onPointerOver={(event) => onPoint(cellOf(event.target))}
        onPointerLeave={() => onPoint(null)}
        onFocusIn={(event) => onPoint(cellOf(event.target))}
        onKeyDown={press}
        onClick={choose}
      >
        <thead>
          <tr>
            <th scope="col">true ↓ predicted →</th>
            {names.map((name) => (
              <th key={name} scope="col" title={name}>
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, i) => (
            <tr key={names[i]}>
              <th scope="row" title={names[i]}>
                {names[i]}
              </th>
              {row.map((count, j) => (
                <td
                  key={names[j]}
                  {...look(shareOf(row, j))}
                  {...(i === at.truth && j === at.predicted && { tabIndex: 0 })}
                >
                  {count}
                  {count > 0 && <small>{percent(shareOf(row, j), 1)}</small>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A square root shows the few images of a mistake beside the many that are right. */
function look(share: number) {
  if (share === 0) return {};
  const { part, isStrong } = heatOf(Math.sqrt(share));
  return {
    style: `--heat-share: ${Math.round(100 * part)}%`,
    ...(isStrong && { class: 'strong' }),
  };
}

function classOf(looks: Readonly<Record<string, boolean>>): string {
  return Object.keys(looks)
    .filter((name) => looks[name])
    .join(' ');
}

function cellOf(target: EventTarget | null): Cell | null {
  const cell = target instanceof Element ? target.closest('td') : null;
  const row = cell?.closest('tr');
  return cell && row ? { truth: row.sectionRowIndex, predicted: cell.cellIndex - 1 } : null;
}

/** A confusion matrix in which cells can be pointed at, and chosen. */
export interface MatrixProps extends Confused {
  readonly cell: Cell | null;
  readonly onPoint: (cell: Cell | null) => void;
  readonly onCell: ((truth: number, predicted: number) => void) | undefined;
}

const MOVES: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The cell that a key leads to; `null` for a key that leads nowhere. */
export function move({ truth, predicted }: Cell, key: string, classes: number): Cell | null {
  const within = (index: number) => Math.min(classes - 1, Math.max(0, index));
  if (key === 'Home') return { truth, predicted: 0 };
  if (key === 'End') return { truth, predicted: classes - 1 };
  const step = MOVES[key];
  return step ? { truth: within(truth + step[0]), predicted: within(predicted + step[1]) } : null;
}
