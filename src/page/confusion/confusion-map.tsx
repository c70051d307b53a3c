import type { MatrixProps } from './matrix-props.ts';
import { move } from './move.ts';
import { type Cell, shareOf } from './share.ts';

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
