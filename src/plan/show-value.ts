import type { Json } from '../config/experiment.ts';

/** A value in few letters. */
export function showValue(value: Json | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(shortened(value));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Drawn numbers have sixteen digits. */
function shortened(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}
