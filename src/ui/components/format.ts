import { percent } from '../../charts/theme.ts';

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

/** Arguments as a POSIX shell takes them: `cifar-run my.yaml --set 'vars={a: 1}'`. */
export function shellLine(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w./:=,@%+~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}

/** Up to here the page's ink can be read on a cell, in light and in dark. */
const MOST_FAINT = 0.6;
/** From here on the ink of full cells can; between the two neither has the contrast of 4.5 that WCAG asks for. */
const LEAST_STRONG = 0.75;

/** How a cell is coloured. */
export interface Heat {
  /** Of theme.css' `--heat`, 0 to 1; the rest is the card's colour. */
  readonly part: number;
  /** Whether text on it is in `--heat-ink`. */
  readonly isStrong: boolean;
}

/** @param share 0 to 1 */
export function heatOf(share: number): Heat {
  if (share <= MOST_FAINT) return { part: share, isStrong: false };
  const beyond = (share - MOST_FAINT) / (1 - MOST_FAINT);
  return { part: LEAST_STRONG + beyond * (1 - LEAST_STRONG), isStrong: true };
}
