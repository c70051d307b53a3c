import type { Line } from './chart-props.ts';
import type { ChartScales } from './scales.ts';

interface LinePathProps {
  readonly line: Line;
  readonly scales: ChartScales;
}

/** A line with a gap where there is no number; a number alone between gaps is a point. */
export function LinePath({ line, scales }: LinePathProps) {
  const { color, dash, values } = line;
  const d = values.map((value, i) => segment(value, values[i - 1] ?? null, i + 1, scales)).join('');
  // A closed path of no length is drawn as a point by its round cap.
  const isPoint = values.filter((value) => value !== null).length === 1;
  return (
    <path
      class={`line dash-${dash}`}
      style={{ stroke: `var(--${color})`, ...(isPoint && { strokeWidth: 7 }) }}
      d={isPoint ? `${d}z` : d}
    />
  );
}

function segment(
  value: number | null,
  before: number | null,
  epoch: number,
  { x, y }: ChartScales,
): string {
  if (value === null) return '';
  return `${before === null ? 'M' : 'L'}${round(x(epoch))} ${round(y(value))}`;
}

/** To a tenth of the drawing's units. */
function round(place: number): number {
  return Math.round(place * 10) / 10;
}
