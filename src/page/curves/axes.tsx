import type { PhaseSpan } from '../../record/plots/phase-bands.ts';
import { type ChartScales, PLOT } from './scales.ts';

interface AxesProps {
  readonly scales: ChartScales;
  readonly phases: readonly PhaseSpan[];
}

/** What lines are drawn upon: phases with their names and borders, grid and ticks. */
export function Axes({ scales, phases }: AxesProps) {
  const { x, y, epochTicks, valueTicks } = scales;
  const middle = (PLOT.left + PLOT.right) / 2;
  return (
    <g class="axes">
      {phases.map(({ phase, from, to }, i) => (
        <g key={phase} class="phase">
          {i % 2 === 1 && (
            <rect
              x={x(from)}
              y={PLOT.top}
              width={x(to) - x(from)}
              height={PLOT.bottom - PLOT.top}
            />
          )}
          {i > 0 && <line x1={x(from)} x2={x(from)} y1={PLOT.top - 16} y2={PLOT.bottom} />}
          <text x={x(from) + 4} y={PLOT.top - 6}>
            {fitting(phase, x(to) - x(from))}
          </text>
        </g>
      ))}
      {valueTicks.map(({ value, label }) => (
        <g key={value} class="tick">
          <line x1={PLOT.left} x2={PLOT.right} y1={y(value)} y2={y(value)} />
          <text x={PLOT.left - 6} y={y(value)} text-anchor="end" dy="0.32em">
            {label}
          </text>
        </g>
      ))}
      {epochTicks.map((epoch) => (
        <text key={epoch} class="tick" x={x(epoch)} y={PLOT.bottom + 14} text-anchor="middle">
          {epoch}
        </text>
      ))}
      <text class="tick" x={middle} y={PLOT.bottom + 27} text-anchor="middle">
        epoch
      </text>
    </g>
  );
}

/** As much of a name as has room, in the drawing's units. */
function fitting(name: string, width: number): string {
  const most = Math.floor(width / 6.5);
  if (name.length <= most) return name;
  return most > 2 ? `${name.slice(0, most - 1)}…` : '';
}
