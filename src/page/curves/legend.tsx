import { showMeasure } from '../format.ts';
import type { Line } from './chart-props.ts';

interface LegendProps {
  readonly lines: readonly Line[];
  readonly metric: string;
  readonly epoch: number;
}

/** Which line is which, and its value in an epoch. */
export function Legend({ lines, metric, epoch }: LegendProps) {
  return (
    <ul class="legend">
      <li class="soft">epoch {epoch}</li>
      {lines.map(({ name, color, dash, values }) => (
        <li key={name}>
          <svg viewBox="0 0 24 8" aria-hidden="true">
            <path class={`line dash-${dash}`} style={{ stroke: `var(--${color})` }} d="M1 4H23" />
          </svg>
          {name} <b>{showMeasure(metric, values[epoch - 1] ?? null)}</b>
        </li>
      ))}
    </ul>
  );
}
