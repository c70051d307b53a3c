import { scaleLinear, scaleLog } from 'd3-scale';
import { isSteep } from '../../record/plots/curves.ts';
import { isShare } from '../format.ts';
import type { ChartProps } from './chart-props.ts';

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
  const isLog = metric.endsWith('loss') && isSteep(values);
  const y = (isLog ? scaleLog : scaleLinear)(domain, [PLOT.bottom, PLOT.top]).nice(5);
  const format = y.tickFormat(5, isShare(metric) ? '~%' : isLog ? '~g' : undefined);
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
