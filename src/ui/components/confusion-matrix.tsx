import type { TargetedKeyboardEvent } from 'preact';
import { useState } from 'preact/hooks';
import { formatCount, formatPercent } from '../../common/format.ts';
import { formatMetric } from '../../experiment/metrics.ts';
import type { ClassResults } from '../../runs/run-detail.ts';
import { cellShade } from './format.ts';

/** Class names and a matrix of image counts, whose rows are true classes and whose columns are predicted classes. */
export type ConfusionData = Pick<ClassResults, 'names' | 'confusion'>;

export interface ConfusionMatrixProps extends ConfusionData {
  /** Called with the class indices of a cell that the user chooses; without it, cells cannot be chosen. */
  readonly onCell?: ((truth: number, predicted: number) => void) | undefined;
}

/** A cell by the indices of its true and its predicted class. */
interface Cell {
  readonly truth: number;
  readonly predicted: number;
}

/** A table with numbers needs too much room for more classes than this. */
const MAX_TABLE_CLASSES = 25;

/** A confusion matrix; a line below it describes the hovered or focused cell, or else the whole matrix. */
export function ConfusionMatrix({ names, confusion, onCell }: ConfusionMatrixProps) {
  const [cell, setCell] = useState<Cell | null>(null);
  const View = names.length <= MAX_TABLE_CLASSES ? MatrixTable : MatrixMap;
  return (
    <div class="confusion">
      <View names={names} confusion={confusion} cell={cell} onPoint={setCell} onCell={onCell} />
      <p class="detail" aria-live="polite">
        {cell ? describeCell(names, confusion, cell) : describeAccuracy(confusion)}
      </p>
    </div>
  );
}

interface MatrixProps extends ConfusionMatrixProps {
  readonly cell: Cell | null;
  readonly onPoint: (cell: Cell | null) => void;
}

/** Columns are narrow with more classes than this. */
const MAX_WIDE_CLASSES = 12;
/** Column headers are vertical if a name is longer than this. */
const MAX_HORIZONTAL_NAME = 6;

/** Each cell with its count and its share of the row. Arrow keys move the focus; only one cell is a tab stop. */
function MatrixTable({ names, confusion, cell, onPoint, onCell }: MatrixProps) {
  const focus = cell ?? { truth: 0, predicted: 0 };
  const hasVerticalNames =
    names.some(({ length }) => length > MAX_HORIZONTAL_NAME) && names.length > 2;
  const classes = [
    'matrix',
    hasVerticalNames && 'vertical-names',
    names.length > MAX_WIDE_CLASSES && 'dense',
    onCell && 'clickable',
  ];
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTableElement>) => {
    if (event.key === 'Enter') onCell?.(focus.truth, focus.predicted);
    const target = neighbour(focus, event.key, names.length);
    const next =
      target && event.currentTarget.tBodies[0]?.rows[target.truth]?.cells[target.predicted + 1];
    if (!next) return;
    event.preventDefault();
    // A cell needs a tab index to take the focus; the next render would set it too late.
    next.tabIndex = 0;
    next.focus();
  };
  const onClick = (event: MouseEvent) => {
    const clicked = cellAt(event.target);
    if (clicked) onCell?.(clicked.truth, clicked.predicted);
  };
  return (
    <div class="scroll">
      <table
        aria-label="confusion matrix: rows are true classes, columns are predicted classes"
        class={classes.filter(Boolean).join(' ')}
        onPointerOver={(event) => onPoint(cellAt(event.target))}
        onPointerLeave={() => onPoint(null)}
        onFocusIn={(event) => onPoint(cellAt(event.target))}
        onKeyDown={onKeyDown}
        onClick={onClick}
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
                  {...shadeProps(rowShare(row, j))}
                  {...(i === focus.truth && j === focus.predicted && { tabIndex: 0 })}
                >
                  {count}
                  {count > 0 && <small>{formatPercent(rowShare(row, j), 1)}</small>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The square root makes rare mistakes visible beside the many correct predictions. */
function shadeProps(share: number) {
  if (share === 0) return {};
  const { amount, isStrong } = cellShade(Math.sqrt(share));
  return {
    style: `--shade-amount: ${Math.round(100 * amount)}%`,
    ...(isStrong && { class: 'strong' }),
  };
}

function cellAt(target: EventTarget | null): Cell | null {
  const cell = target instanceof Element ? target.closest('td') : null;
  const row = cell?.closest('tr');
  return cell && row ? { truth: row.sectionRowIndex, predicted: cell.cellIndex - 1 } : null;
}

/** Number of shades, from faint to full. */
const SHADES = 8;

/** Cells as colour alone. A hundred classes have 10,000 cells, so all cells of a shade are one SVG path. */
function MatrixMap({ names, confusion, cell, onPoint, onCell }: MatrixProps) {
  const size = names.length;
  const onPointerMove = (event: PointerEvent) => {
    const { left, top, width, height } = (event.currentTarget as Element).getBoundingClientRect();
    const index = (share: number) => Math.min(size - 1, Math.max(0, Math.floor(share * size)));
    onPoint({
      truth: index((event.clientY - top) / height),
      predicted: index((event.clientX - left) / width),
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && cell) onCell?.(cell.truth, cell.predicted);
    const target = neighbour(cell ?? { truth: 0, predicted: 0 }, event.key, size);
    if (!target) return;
    event.preventDefault();
    onPoint(target);
  };
  return (
    <div
      class="map"
      role="application"
      aria-label={`confusion matrix of ${size} classes; arrow keys move between cells`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application is interactive.
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerMove={onPointerMove}
      onPointerLeave={() => onPoint(null)}
      onClick={() => cell && onCell?.(cell.truth, cell.predicted)}
    >
      <svg viewBox={`0 0 ${size} ${size}`} aria-hidden="true">
        <g transform="translate(0 0.5)">
          {shadePaths(confusion).map((d, shade) => (
            <path key={shade} d={d} style={{ strokeOpacity: (shade + 1) / SHADES }} />
          ))}
        </g>
        {cell && <rect class="frame" x={cell.predicted} y={cell.truth} width="1" height="1" />}
      </svg>
    </div>
  );
}

/** One SVG path for each shade; a cell in it is a horizontal line of length 1 and stroke width 1. */
function shadePaths(confusion: readonly (readonly number[])[]): string[] {
  const paths = new Array<string>(SHADES).fill('');
  for (const [i, row] of confusion.entries()) {
    for (const [j, count] of row.entries()) {
      if (count === 0) continue;
      const shade = Math.ceil(SHADES * Math.sqrt(rowShare(row, j))) - 1;
      paths[shade] += `M${j} ${i}h1`;
    }
  }
  return paths;
}

const MOVES: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The cell that a key moves to; `null` for any other key. */
function neighbour({ truth, predicted }: Cell, key: string, classes: number): Cell | null {
  const clamp = (index: number) => Math.min(classes - 1, Math.max(0, index));
  if (key === 'Home') return { truth, predicted: 0 };
  if (key === 'End') return { truth, predicted: classes - 1 };
  const move = MOVES[key];
  return move ? { truth: clamp(truth + move[0]), predicted: clamp(predicted + move[1]) } : null;
}

/** `2 of 214 images of 7 (0.9 %) were predicted as 9` */
function describeCell(
  names: ConfusionData['names'],
  confusion: ConfusionData['confusion'],
  { truth, predicted }: Cell,
): string {
  const row = confusion[truth] ?? [];
  const share = formatPercent(rowShare(row, predicted), 1);
  const images = `${formatCount(row[predicted] ?? 0)} of ${formatCount(sum(row))} images of ${names[truth]} (${share})`;
  return truth === predicted
    ? `${images} were classified correctly`
    : `${images} were predicted as ${names[predicted]}`;
}

/** `961 of 974 images (98.67 %) were classified correctly` */
function describeAccuracy(confusion: ConfusionData['confusion']): string {
  const correct = sum(confusion.map((row, i) => row[i] ?? 0));
  const total = sum(confusion.map(sum));
  return `${formatCount(correct)} of ${formatCount(total)} images (${formatMetric('accuracy', correct / total)}) were classified correctly`;
}

/** The share of a row's images that are in one column; 0 in an empty row. */
export function rowShare(row: readonly number[], column: number): number {
  const total = sum(row);
  return total === 0 ? 0 : (row[column] ?? 0) / total;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
