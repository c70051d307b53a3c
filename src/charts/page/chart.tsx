import { scaleLinear, scaleLog } from 'd3-scale';
import { useState } from 'preact/hooks';
import { formatMetric, metricOf } from '../../experiment/metrics.ts';
import { axisFormat, needsLogAxis } from '../metric-axis.ts';
import type { PhaseSpan } from '../phase-bands.ts';

/** Lines over epochs; the legend tells the values of the epoch that is pointed at, or else of the last. */
export function Chart(props: ChartProps) {
  const { title, note, metric, lines, phases } = props;
  const [pointed, setPointed] = useState<number | null>(null);
  const scales = chartScales(props);
  const epoch = Math.min(pointed ?? scales.lastEpoch, scales.lastEpoch);
  const point = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    setPointed(scales.epochAt(((event.clientX - left) / width) * VIEW.width));
  };
  return (
    <figure class="chart">
      <figcaption>
        <b>{title}</b> <span class="soft">{note}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${VIEW.width} ${VIEW.height}`}
        role="img"
        aria-label={describe(props)}
        onPointerMove={point}
        onPointerLeave={() => setPointed(null)}
      >
        <Axes scales={scales} phases={phases} />
        {lines.map((line) => (
          <LinePath key={line.name} line={line} scales={scales} />
        ))}
        {pointed !== null && (
          <line
            class="cursor"
            x1={scales.x(epoch)}
            x2={scales.x(epoch)}
            y1={PLOT.top}
            y2={PLOT.bottom}
          />
        )}
        {pointed !== null &&
          lines.map(({ name, color, values }) => {
            const value = values[epoch - 1] ?? null;
            if (value === null) return null;
            const fill = `var(--${color})`;
            return (
              <circle
                key={name}
                cx={scales.x(epoch)}
                cy={scales.y(value)}
                r="3.5"
                style={{ fill }}
              />
            );
          })}
      </svg>
      <input
        type="range"
        min={1}
        max={scales.lastEpoch}
        value={epoch}
        aria-label={`${title}: epoch`}
        aria-valuetext={`epoch ${epoch}: ${lines.map(({ name, values }) => `${name} ${formatMetric(metric, values[epoch - 1] ?? null)}`).join(', ')}`}
        onInput={(event) => setPointed(Number(event.currentTarget.value))}
        onBlur={() => setPointed(null)}
      />
      <Legend lines={lines} metric={metric} epoch={epoch} />
    </figure>
  );
}

/** For those who do not see it. */
function describe({ title, metric, lines }: ChartProps): string {
  const ends = lines.map(({ name, values }) => {
    const [first = null, last = null] = [values[0], values.at(-1)];
    return `${name} from ${formatMetric(metric, first)} to ${formatMetric(metric, last)}`;
  });
  return `${title} by epoch: ${ends.join('; ')}`;
}

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
          {name} <b>{formatMetric(metric, values[epoch - 1] ?? null)}</b>
        </li>
      ))}
    </ul>
  );
}

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

/** A metric over the epochs, of one run or of several. */
export interface ChartProps {
  readonly title: string;
  /** Its name in metrics.csv, by which its values are written. */
  readonly metric: string;
  /** What people look for first. */
  readonly note: string;
  readonly lines: readonly Line[];
  /** Where phases begin and end; none where runs are laid over each other. */
  readonly phases: readonly PhaseSpan[];
}

export interface Line {
  readonly name: string;
  /** Name of a colour of theme.css. */
  readonly color: string;
  /** 0: solid; from 1: dashed in several ways. */
  readonly dash: number;
  /** Of each epoch, from the first; `null` for what is no number. */
  readonly values: readonly (number | null)[];
}

/** Of the drawing, in its own units; it is as wide on the page as there is room. */
export const VIEW = { width: 440, height: 254 } as const;
export const PLOT = { left: 48, right: 430, top: 22, bottom: 222 } as const;

/** Where values go, and which ones are written at the axes. */
export interface ChartScales {
  readonly lastEpoch: number;
  readonly x: (epoch: number) => number;
  readonly y: (value: number) => number;
  readonly epochAt: (x: number) => number;
  readonly epochTicks: readonly number[];
  readonly valueTicks: readonly { readonly value: number; readonly label: string }[];
}

export function chartScales({ lines, metric }: Pick<ChartProps, 'lines' | 'metric'>): ChartScales {
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null));
  const lastEpoch = Math.max(1, ...lines.map((line) => line.values.length));
  const x = scaleLinear([0.5, lastEpoch + 0.5], [PLOT.left, PLOT.right]);
  const domain = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const isLog = needsLogAxis(metric, values);
  const y = (isLog ? scaleLog : scaleLinear)(domain, [PLOT.bottom, PLOT.top]).nice(5);
  // Without a format, d3 chooses one that suits the steps of a linear axis.
  const isLinear = !isLog && metricOf(metric).format === 'number';
  const format = y.tickFormat(5, isLinear ? undefined : axisFormat(metric));
  const ticks = y.ticks(5).map((value) => ({ value, label: format(value) }));
  return {
    lastEpoch,
    x,
    y,
    epochAt: (at) => Math.min(lastEpoch, Math.max(1, Math.round(x.invert(at)))),
    epochTicks: x.ticks(Math.min(lastEpoch, 7)).filter(Number.isInteger),
    // On a logarithmic axis the others have no label.
    valueTicks: ticks.filter(({ label }) => label !== ''),
  };
}
