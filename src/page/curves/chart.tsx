import { useState } from 'preact/hooks';
import { showMeasure } from '../format.ts';
import { Axes } from './axes.tsx';
import type { ChartProps } from './chart-props.ts';
import { Legend } from './legend.tsx';
import { LinePath } from './line-path.tsx';
import { chartScales, PLOT, VIEW } from './scales.ts';

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
        aria-valuetext={`epoch ${epoch}: ${lines.map(({ name, values }) => `${name} ${showMeasure(metric, values[epoch - 1] ?? null)}`).join(', ')}`}
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
    return `${name} from ${showMeasure(metric, first)} to ${showMeasure(metric, last)}`;
  });
  return `${title} by epoch: ${ends.join('; ')}`;
}
