import { percent } from '../record/plots/theme.ts';

/** Metrics that are shares: best read as percentages. */
const SHARE = /^(val_)?(accuracy|top\d+|precision|recall|f1|macroF1)$/;

export function isShare(metric: string): boolean {
  return SHARE.test(metric);
}

/** `98.67 %`, or `0.04730`; a dash for what is no number. */
export function showMeasure(metric: string, value: number | null): string {
  if (value === null) return '–';
  return isShare(metric) ? percent(value, 2) : value.toPrecision(4);
}

/** `2026-01-31 12:05 UTC` */
export function showTime(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
