import type { Cell } from '../analysis/sweep-summary.ts';
import { formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import { bestOf, formatMetric, type Goal, metricOf, parseColumn } from '../experiment/metrics.ts';

/*
 * The axes of metrics, epochs and parameters. The page's charts use this file too: it must not need Node.
 */

/** The d3 format of the labels of a metric's axis. */
export function axisFormat(column: string): '~%' | '~g' {
  return metricOf(column).format === 'percent' ? '~%' : '~g';
}

/** A loss whose maximum is this many times its median gets a logarithmic axis. */
const STEEP = 20;

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

/** The epochs of a phase, half an epoch beyond the first and the last. */
export interface PhaseSpan {
  readonly phase: string;
  readonly from: number;
  readonly to: number;
}

/** The spans of all phases, in order. */
export function phaseSpans(
  epochs: readonly { readonly phase: string; readonly epoch: number }[],
): PhaseSpan[] {
  const names = new Set(epochs.map(({ phase }) => phase));
  return Array.from(names, (phase) => {
    const own = epochs.filter((record) => record.phase === phase).map(({ epoch }) => epoch);
    return { phase, from: Math.min(...own) - 0.5, to: Math.max(...own) + 0.5 };
  });
}

/** The minimum and maximum of some numbers, slightly apart if they are equal. */
export function extentOf(values: readonly number[]): [number, number] {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return min < max ? [min, max] : [min - 0.5e-3, min + 0.5e-3];
}

/** Viridis. It is perceptually uniform, in greyscale and for colour-blind readers too. */
const VIRIDIS = ['#440154', '#414487', '#2A788E', '#22A884', '#7AD151', '#FDE725'];

/** The colours of a metric's values in ascending order; the best is bright. */
export function metricColors({ goal }: { readonly goal: Goal }): string[] {
  return goal === 'minimize' ? VIRIDIS.toReversed() : VIRIDIS;
}

export function describeGoal({ goal }: { readonly goal: Goal }): string {
  return goal === 'minimize' ? 'lower is better' : 'higher is better';
}

/** The values of a parameter: numbers in ascending order, all others in the order of the trials. */
export function valuesOf(cells: readonly Cell[], parameter: string): Json[] {
  const values = cells.map(({ key }) => key[parameter] ?? null);
  const areNumbers = values.every((value) => typeof value === 'number');
  return areNumbers ? values.toSorted((a, b) => Number(a) - Number(b)) : values;
}

/** The distinct values of a parameter as text, in the order of `valuesOf`. */
export function labelsOf(cells: readonly Cell[], parameter: string): string[] {
  return [...new Set(valuesOf(cells, parameter).map(formatJson))];
}
