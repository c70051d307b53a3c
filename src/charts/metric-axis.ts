import { bestOf, formatMetric, metricOf, parseColumn } from '../experiment/metrics.ts';

/** A loss whose largest value is so many times its median is drawn on a logarithmic axis. */
const STEEP = 20;

/** The d3 format of the labels of a metric's axis. */
export function axisFormat(column: string): '~%' | '~g' {
  return metricOf(column).format === 'percent' ? '~%' : '~g';
}

/** Returns whether a few values of a loss are so far above the others that only a logarithmic axis shows them all. */
export function needsLogAxis(column: string, values: readonly number[]): boolean {
  if (parseColumn(column).metric !== 'loss') return false;
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  return (sorted[0] ?? 0) > 0 && (sorted.at(-1) ?? 0) >= STEEP * median;
}

/** The best validation value of a metric and its epoch: `best 98.67 % in epoch 3`; `null` if no value is finite. */
export function describeBest(
  metric: string,
  epochs: readonly { readonly epoch: number; readonly value: number | null }[],
): string | null {
  const best = bestOf(epochs, metricOf(metric).goal, ({ value }) => value);
  return best ? `best ${formatMetric(metric, best.value)} in epoch ${best.epoch}` : null;
}
