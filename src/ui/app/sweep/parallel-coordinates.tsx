import { useRef, useState } from 'preact/hooks';
import { formatMean, formatMetric, metricOf } from '../../../experiment/metrics.ts';
import type { SweepCell, SweepDetail } from '../../server/several.ts';
import { go, runsUrl, runUrl } from '../router.ts';
import { type Brushes, brushed, isKept } from './brush.ts';
import { showSetting } from './heat-map.tsx';

const VIEW = { width: 960, height: 330 };
const PLOT = { left: 60, right: 880, top: 52, bottom: 306 };

/** A line for each cell through its values of all parameters to its metric. The table below says the same. */
export function ParallelCoordinates({ sweep }: { readonly sweep: SweepDetail }) {
  const { axes, cells, metric } = sweep;
  const [pointed, setPointed] = useState<SweepCell | null>(null);
  const [brushes, setBrushes] = useState<Brushes>({});
  const pressed = useRef<{ readonly axis: number; readonly height: number } | null>(null);
  const x = (axis: number) => PLOT.left + ((PLOT.right - PLOT.left) * axis) / (axes.length - 1);
  const y = (height: number) => PLOT.bottom - (PLOT.bottom - PLOT.top) * height;
  const heightAt = ({ clientY, currentTarget }: PointerEvent) => {
    const { top, height } = (currentTarget as Element).getBoundingClientRect();
    return Math.min(1, Math.max(0, 1 - (clientY - top) / height));
  };
  const known = cells.filter(({ result }) => result !== null);
  // The best is drawn last, over all others.
  const lines = known.toReversed();
  const path = ({ heights }: SweepCell) =>
    heights
      .map((height, axis) => (height === null ? '' : `${axis ? 'L' : 'M'}${x(axis)} ${y(height)}`))
      .join('');
  return (
    <figure class="parallel">
      <svg
        viewBox={`0 0 ${VIEW.width} ${VIEW.height}`}
        role="img"
        aria-label={`${known.length} cells by ${axes.map(({ title }) => title).join(', ')}; the best has ${metric.name} ${formatMetric(metric.name, known[0]?.result?.mean ?? null)}`}
      >
        {lines.map((cell) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: keys have the tables below.
          <path
            key={JSON.stringify(cell.key)}
            d={path(cell)}
            class={isKept(cell.heights, brushes) ? (cell === pointed ? 'pointed' : '') : 'left-out'}
            style={{ '--share': (cell.worth ?? 0).toFixed(3) }}
            onPointerEnter={() => setPointed(cell)}
            onPointerLeave={() => setPointed(null)}
            onClick={() =>
              go(cell.runs.length > 1 ? runsUrl('/compare', cell.runs) : runUrl(cell.runs[0] ?? ''))
            }
          />
        ))}
        {axes.map(({ title, ticks }, axis) => (
          <g key={title} class="axis">
            <line x1={x(axis)} x2={x(axis)} y1={PLOT.top} y2={PLOT.bottom} />
            {title.split('\n').map((part, i, parts) => (
              <text
                key={part}
                class="title"
                x={x(axis)}
                y={PLOT.top - 16 - 15 * (parts.length - 1 - i)}
                text-anchor="middle"
              >
                {part}
              </text>
            ))}
            {ticks.map(({ label, height }) => (
              <text key={label} x={x(axis) + 7} y={y(height)} dy="0.32em">
                {label}
              </text>
            ))}
            {brushes[axis] && (
              <rect
                class="brush"
                x={x(axis) - 9}
                width="18"
                y={y(brushes[axis][1])}
                height={y(brushes[axis][0]) - y(brushes[axis][1])}
              />
            )}
            <rect
              class="grip"
              x={x(axis) - 14}
              width="28"
              y={PLOT.top}
              height={PLOT.bottom - PLOT.top}
              onPointerDown={(event) => {
                event.currentTarget.setPointerCapture(event.pointerId);
                pressed.current = { axis, height: heightAt(event) };
              }}
              onPointerMove={(event) => {
                if (pressed.current?.axis !== axis) return;
                setBrushes(brushed(brushes, axis, pressed.current.height, heightAt(event)));
              }}
              onPointerUp={(event) => {
                if (pressed.current)
                  setBrushes(brushed(brushes, axis, pressed.current.height, heightAt(event)));
                pressed.current = null;
              }}
            />
          </g>
        ))}
      </svg>
      <figcaption class="detail">
        {pointed ? describe(pointed, sweep) : summary(known, brushes)}
      </figcaption>
    </figure>
  );
}

function describe(cell: SweepCell, { parameters, metric }: SweepDetail): string {
  const settings = parameters.map(({ path, title }) => `${title} ${showSetting(cell, path)}`);
  const { format } = metricOf(metric.name);
  const result = formatMean(format, cell.result ?? { mean: Number.NaN, sd: null });
  return `${settings.join(', ')}: ${metric.name} ${result}`;
}

function summary(cells: readonly SweepCell[], brushes: Brushes): string {
  if (Object.keys(brushes).length === 0) return `${cells.length} cells`;
  const kept = cells.filter(({ heights }) => isKept(heights, brushes));
  return `${kept.length} of ${cells.length} cells; press an axis to have them all again`;
}
