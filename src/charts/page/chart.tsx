import { scaleLinear, scaleLog } from 'd3-scale';
import { useState } from 'preact/hooks';
import { formatMetric, metricOf } from '../../experiment/metrics.ts';
import { axisFormat, needsLogAxis, type PhaseSpan } from '../axes.ts';

/** Lines over epochs. The legend shows the values of the epoch under the pointer, by default those of the last. */
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
        aria-label={describeChart(props)}
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

/** The description for screen readers. */
function describeChart({ title, metric, lines }: ChartProps): string {
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

/** The background of the lines: phases with their names and borders, grid and ticks. */
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
            {truncate(phase, x(to) - x(from))}
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

/** Truncates a name to a width in the drawing's units. */
function truncate(name: string, width: number): string {
  const maxLength = Math.floor(width / 6.5);
  if (name.length <= maxLength) return name;
  return maxLength > 2 ? `${name.slice(0, maxLength - 1)}…` : '';
}

interface LegendProps {
  readonly lines: readonly Line[];
  readonly metric: string;
  readonly epoch: number;
}

/** The names of the lines and their values in an epoch. */
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

/** A line with gaps for missing values. A single value is a point. */
export function LinePath({ line, scales }: LinePathProps) {
  const { color, dash, values } = line;
  const d = values.map((value, i) => segment(value, values[i - 1] ?? null, i + 1, scales)).join('');
  // The round cap of a closed path without length makes a point.
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

/** Rounds to a tenth of the drawing's units. */
function round(place: number): number {
  return Math.round(place * 10) / 10;
}

/** A metric over the epochs of one run or of several. */
export interface ChartProps {
  readonly title: string;
  /** Its column in metrics.csv, which determines the format of values. */
  readonly metric: string;
  /** A short text beside the title. */
  readonly note: string;
  readonly lines: readonly Line[];
  /** Empty if the lines belong to several runs. */
  readonly phases: readonly PhaseSpan[];
}

export interface Line {
  readonly name: string;
  /** The name of a colour in theme.css. */
  readonly color: string;
  /** 0: solid; from 1: kinds of dashes. */
  readonly dash: number;
  /** The value of each epoch, from the first; `null` if it is not finite. */
  readonly values: readonly (number | null)[];
}

/** The size of the drawing in its own units; the page scales it. */
export const VIEW = { width: 440, height: 254 } as const;
export const PLOT = { left: 48, right: 430, top: 22, bottom: 222 } as const;

/** The scales of the axes and the values of their ticks. */
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
    // On a logarithmic axis, minor ticks have no label.
    valueTicks: ticks.filter(({ label }) => label !== ''),
  };
}
