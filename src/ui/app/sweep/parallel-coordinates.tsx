import { useRef, useState } from 'preact/hooks';
import { formatMean, formatMetric, metricOf } from '../../../experiment/metrics.ts';
import type { SweepCell, SweepDetail } from '../../server/comparisons.ts';
import { navigate } from '../router.ts';
import { cellUrl, showSetting } from './heat-map.tsx';

const VIEW = { width: 960, height: 330 };
const PLOT = { left: 60, right: 880, top: 52, bottom: 306 };

/**
 * A line for each cell through the values of its parameters to its metric. A drag along an axis selects a range of it;
 * other lines fade. The tables of the page show the same for screen readers.
 */
export function ParallelCoordinates({ sweep }: { readonly sweep: SweepDetail }) {
  const { axes, cells, metric } = sweep;
  const [hovered, setHovered] = useState<SweepCell | null>(null);
  const [ranges, setRanges] = useState<Ranges>({});
  const dragStart = useRef<{ readonly axis: number; readonly height: number } | null>(null);
  const x = (axis: number) => PLOT.left + ((PLOT.right - PLOT.left) * axis) / (axes.length - 1);
  const y = (height: number) => PLOT.bottom - (PLOT.bottom - PLOT.top) * height;
  const heightAt = ({ clientY, currentTarget }: PointerEvent) => {
    const { top, height } = (currentTarget as Element).getBoundingClientRect();
    return Math.min(1, Math.max(0, 1 - (clientY - top) / height));
  };
  const drag = (event: PointerEvent, axis: number) => {
    if (dragStart.current?.axis !== axis) return;
    setRanges(withRange(ranges, axis, dragStart.current.height, heightAt(event)));
  };
  const withResult = cells.filter(({ result }) => result !== null);
  // The best is drawn last, above all others.
  const lines = withResult.toReversed();
  const linePath = ({ heights }: SweepCell) =>
    heights
      .map((height, axis) => (height === null ? '' : `${axis ? 'L' : 'M'}${x(axis)} ${y(height)}`))
      .join('');
  const lineClass = (cell: SweepCell) => {
    if (!isInRanges(cell.heights, ranges)) return 'out-of-range';
    return cell === hovered ? 'hovered' : '';
  };
  return (
    <figure class="parallel">
      <svg
        viewBox={`0 0 ${VIEW.width} ${VIEW.height}`}
        role="img"
        aria-label={`${withResult.length} cells by ${axes.map(({ title }) => title).join(', ')}; the best has ${metric.name} ${formatMetric(metric.name, withResult[0]?.result?.mean ?? null)}`}
      >
        {lines.map((cell) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: keyboard users have the tables below.
          <path
            key={JSON.stringify(cell.key)}
            d={linePath(cell)}
            class={lineClass(cell)}
            style={{ '--share': (cell.score ?? 0).toFixed(3) }}
            onPointerEnter={() => setHovered(cell)}
            onPointerLeave={() => setHovered(null)}
            onClick={() => navigate(cellUrl(cell))}
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
            {ranges[axis] && (
              <rect
                class="range"
                x={x(axis) - 9}
                width="18"
                y={y(ranges[axis][1])}
                height={y(ranges[axis][0]) - y(ranges[axis][1])}
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
                dragStart.current = { axis, height: heightAt(event) };
              }}
              onPointerMove={(event) => drag(event, axis)}
              onPointerUp={(event) => {
                drag(event, axis);
                dragStart.current = null;
              }}
            />
          </g>
        ))}
      </svg>
      <figcaption class="detail">
        {hovered ? describeCell(hovered, sweep) : describeSelection(withResult, ranges)}
      </figcaption>
    </figure>
  );
}

function describeCell(cell: SweepCell, { parameters, metric }: SweepDetail): string {
  const settings = parameters.map(({ path, title }) => `${title} ${showSetting(cell, path)}`);
  const { format } = metricOf(metric.name);
  const result = formatMean(format, cell.result ?? { mean: Number.NaN, sd: null });
  return `${settings.join(', ')}: ${metric.name} ${result}`;
}

function describeSelection(cells: readonly SweepCell[], ranges: Ranges): string {
  if (Object.keys(ranges).length === 0) return `${cells.length} cells`;
  const selected = cells.filter(({ heights }) => isInRanges(heights, ranges));
  return `${selected.length} of ${cells.length} cells; click an axis to clear its range`;
}

/** Selected ranges by the index of their axis: heights from 0 at the bottom to 1 at the top. */
export type Ranges = Readonly<Record<number, readonly [low: number, high: number]>>;

/** A shorter drag is a click, which clears the range of the axis. */
const MIN_RANGE = 0.02;

/** Replaces the range of an axis by that of a drag. */
export function withRange(ranges: Ranges, axis: number, from: number, to: number): Ranges {
  const { [axis]: _, ...others } = ranges;
  const range = [Math.min(from, to), Math.max(from, to)] as const;
  return range[1] - range[0] < MIN_RANGE ? others : { ...others, [axis]: range };
}

/** Returns true if a line is within all ranges. */
export function isInRanges(heights: readonly (number | null)[], ranges: Ranges): boolean {
  return Object.entries(ranges).every(([axis, [low, high]]) => {
    const height = heights[Number(axis)] ?? null;
    return height !== null && height >= low && height <= high;
  });
}
