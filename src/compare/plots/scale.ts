import type { Json } from '../../config/experiment.ts';
import { showValue } from '../../plan/show-value.ts';
import type { Cell } from '../cells.ts';
import type { Metric } from '../compared-run.ts';

/** Viridis, which is even for the eye, in grey too, and for any kind of colour vision. */
const COLORS = ['#440154', '#414487', '#2A788E', '#22A884', '#7AD151', '#FDE725'];

/** From the worst to the best, the best bright. */
export function metricColors({ goal }: Metric): string[] {
  return goal === 'minimize' ? COLORS.toReversed() : COLORS;
}

/** `maximize`: `higher is better` */
export function betterWhen({ goal }: Metric): string {
  return goal === 'minimize' ? 'lower is better' : 'higher is better';
}

/** The least and the greatest of some numbers, a little apart if they are one. */
export function extentOf(values: readonly number[]): [number, number] {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  return least < greatest ? [least, greatest] : [least - 0.5e-3, least + 0.5e-3];
}

/** The values of a parameter: numbers from the least, all else in the order of the runs. */
export function valuesOf(cells: readonly Cell[], parameter: string): Json[] {
  const values = cells.map(({ key }) => key[parameter] ?? null);
  const numbers = values.every((value) => typeof value === 'number');
  return numbers ? values.toSorted((a, b) => Number(a) - Number(b)) : values;
}

export function labelsOf(cells: readonly Cell[], parameter: string): string[] {
  return [...new Set(valuesOf(cells, parameter).map(showValue))];
}
