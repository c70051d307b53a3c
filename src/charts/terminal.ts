/** Colours what belongs to the first curve (0) or the second (1). */
export type Paint = (text: string, curve: 0 | 1) => string;

/** The first curve is drawn in light lines, the second in heavy ones: they differ without colours. */
const PENS = [
  { level: '─', upright: '│', rise: ['╯', '╭'], fall: ['╮', '╰'] },
  { level: '━', upright: '┃', rise: ['┛', '┏'], fall: ['┓', '┗'] },
] as const;

/** Where a value is no number. */
const NOT_FINITE = '×';

const WIDTH = 60;
const HEIGHT = 8;
/** Columns of one epoch, where there are few. */
const WIDEST = 8;

type Grid = (readonly [mark: string, curve: 0 | 1] | undefined)[][];

/**
 * Two curves over their epochs on one scale, one over the other, in 8 rows of at most 60 columns beside the
 * scale. Of more epochs than columns, each column shows one.
 */
export function plotCurves(
  curves: readonly [readonly number[], readonly number[]],
  format: (value: number) => string,
  paint: Paint,
): string[] {
  const known = curves.flat().filter(Number.isFinite);
  const [least, greatest] = [Math.min(...known), Math.max(...known)];
  const epochs = Math.max(...curves.map(({ length }) => length));
  const repeat = Math.max(1, Math.min(WIDEST, Math.floor(WIDTH / epochs)));
  const columns = Math.min(WIDTH, epochs * repeat);
  const epochAt = (column: number) =>
    epochs > WIDTH
      ? Math.round((column * (epochs - 1)) / (columns - 1))
      : Math.floor(column / repeat);
  const rowOf = (value: number | undefined) => {
    if (value === undefined) return null;
    const share = (value - least) / (greatest - least || 1);
    return Math.round((1 - share) * (HEIGHT - 1));
  };
  const grid: Grid = Array.from({ length: HEIGHT }, () => new Array(columns));
  for (const curve of [0, 1] as const) {
    const rows = Array.from({ length: columns }, (_, i) => rowOf(curves[curve][epochAt(i)]));
    draw(grid, rows, curve);
  }
  return withScales(grid, { labels: [format(greatest), format(least)], epochs, columns, paint });
}

/** @param rows of each column; `null` beyond the curve's end, `NaN` where it is no number. */
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
      const [leaving, arriving] = row < before ? pen.rise : pen.fall;
      for (let i = Math.min(before, row) + 1; i < Math.max(before, row); i++) {
        put(i, column, pen.upright);
      }
      put(before, column, leaving);
      put(row, column, arriving);
    }
  }
}

interface Scales {
  /** At the top and at the foot. */
  readonly labels: readonly [string, string];
  readonly epochs: number;
  readonly columns: number;
  readonly paint: Paint;
}

function withScales(grid: Grid, { labels, epochs, columns, paint }: Scales): string[] {
  const [top, bottom] = labels;
  const width = Math.max(...labels.map(({ length }) => length));
  const body = grid.map((line, row) => {
    const label = row === 0 ? top : row === HEIGHT - 1 ? bottom : '';
    const marks = Array.from(line, (cell) => (cell ? paint(...cell) : ' ')).join('');
    return `${label.padStart(width)} ${label ? '┤' : '│'}${marks}`.trimEnd();
  });
  const last = String(epochs);
  const axis = `${' '.repeat(width)} └${'─'.repeat(columns)}`;
  const numbers = `epoch 1${last === '1' ? '' : last.padStart(columns - 1)}`;
  return [...body, axis, `${' '.repeat(Math.max(0, width - 4))}${numbers}`];
}
