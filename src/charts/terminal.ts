import type { DiffedRun } from '../analysis/diff.ts';
import { formatMetric, MAIN_COLUMNS } from '../experiment/metrics.ts';

/** Colours the text of the first curve (0) or the second (1). */
export type Paint = (text: string, curve: 0 | 1) => string;

/** Draws both runs' curves of some columns, by default the main ones, one plot below the other. */
export function curveLines(
  first: DiffedRun,
  second: DiffedRun,
  {
    columns = MAIN_COLUMNS,
    paint = (text) => text,
  }: { columns?: readonly string[]; paint?: Paint },
): string[] {
  const legend = `${paint('─ first', 0)}  ${paint('━ second', 1)}`;
  const plots = columns.flatMap((name) => {
    const curves = [first.curves[name] ?? [], second.curves[name] ?? []] as const;
    if (!curves.flat().some(Number.isFinite)) return [];
    return [[`${name}  ${legend}`, ...plotCurves(curves, (x) => formatMetric(name, x), paint)]];
  });
  return plots.flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]));
}

/** The first curve has light lines, the second heavy ones, so that they differ without colours. */
const PENS = [
  { level: '─', upright: '│', rise: ['╯', '╭'], fall: ['╮', '╰'] },
  { level: '━', upright: '┃', rise: ['┛', '┏'], fall: ['┓', '┗'] },
] as const;

/** The mark of a value that is not finite. */
const NOT_FINITE = '×';

const MAX_WIDTH = 60;
const HEIGHT = 8;
/** The most columns of one epoch. */
const MAX_EPOCH_WIDTH = 8;

type Grid = (readonly [mark: string, curve: 0 | 1] | undefined)[][];

/**
 * Draws two curves over their epochs on one scale, in 8 rows of at most 60 columns beside the scale. If there are more
 * epochs than columns, each column shows one of them.
 */
export function plotCurves(
  curves: readonly [readonly number[], readonly number[]],
  format: (value: number) => string,
  paint: Paint,
): string[] {
  const finite = curves.flat().filter(Number.isFinite);
  const [min, max] = [Math.min(...finite), Math.max(...finite)];
  const epochs = Math.max(...curves.map(({ length }) => length));
  const epochWidth = Math.max(1, Math.min(MAX_EPOCH_WIDTH, Math.floor(MAX_WIDTH / epochs)));
  const width = Math.min(MAX_WIDTH, epochs * epochWidth);
  const epochAt = (column: number) =>
    epochs > MAX_WIDTH
      ? Math.round((column * (epochs - 1)) / (width - 1))
      : Math.floor(column / epochWidth);
  const rowOf = (value: number | undefined) => {
    if (value === undefined) return null;
    const share = (value - min) / (max - min || 1);
    return Math.round((1 - share) * (HEIGHT - 1));
  };
  const grid: Grid = Array.from({ length: HEIGHT }, () => new Array(width));
  for (const curve of [0, 1] as const) {
    const rows = Array.from({ length: width }, (_, i) => rowOf(curves[curve][epochAt(i)]));
    draw(grid, rows, curve);
  }
  return withAxes(grid, { labels: [format(max), format(min)], epochs, paint });
}

/** @param rows the row of each column; `null` beyond the curve's end, `NaN` where the value is not finite. */
function draw(grid: Grid, rows: readonly (number | null)[], curve: 0 | 1): void {
  const pen = PENS[curve];
  const put = (row: number, column: number, mark: string) => {
    const line = grid[row];
    if (line) line[column] = [mark, curve];
  };
  for (const [column, row] of rows.entries()) {
    if (row === null) continue;
    const last = rows[column - 1] ?? row;
    const before = Number.isNaN(last) ? row : last;
    if (Number.isNaN(row)) put(HEIGHT - 1, column, NOT_FINITE);
    else if (before === row) put(row, column, pen.level);
    else {
      const [start, end] = row < before ? pen.rise : pen.fall;
      for (let i = Math.min(before, row) + 1; i < Math.max(before, row); i++) {
        put(i, column, pen.upright);
      }
      put(before, column, start);
      put(row, column, end);
    }
  }
}

interface Axes {
  /** The labels of the top and the bottom row. */
  readonly labels: readonly [string, string];
  readonly epochs: number;
  readonly paint: Paint;
}

function withAxes(grid: Grid, { labels, epochs, paint }: Axes): string[] {
  const [top, bottom] = labels;
  const labelWidth = Math.max(top.length, bottom.length);
  const width = grid[0]?.length ?? 0;
  const body = grid.map((line, row) => {
    const label = row === 0 ? top : row === HEIGHT - 1 ? bottom : '';
    const marks = Array.from(line, (cell) => (cell ? paint(...cell) : ' ')).join('');
    return `${label.padStart(labelWidth)} ${label ? '┤' : '│'}${marks}`.trimEnd();
  });
  const last = String(epochs);
  const axis = `${' '.repeat(labelWidth)} └${'─'.repeat(width)}`;
  const numbers = `epoch 1${last === '1' ? '' : last.padStart(width - 1)}`;
  return [...body, axis, `${' '.repeat(Math.max(0, labelWidth - 4))}${numbers}`];
}
