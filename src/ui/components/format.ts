/** A UTC time: `2026-01-31 12:05 UTC` */
export function showTime(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

/** The most colour on which the page's text colour is readable, in light and in dark mode. */
const MAX_FAINT = 0.6;
/** The least colour on which `--shade-ink` is. Between the two, neither has WCAG's contrast of 4.5. */
const MIN_STRONG = 0.75;

/** The colour of a table cell that stands for a number. */
export interface CellShade {
  /** Part of theme.css' `--shade`, 0 to 1; the rest is the card's colour. */
  readonly amount: number;
  /** True if text on the cell has the colour `--shade-ink`. */
  readonly isStrong: boolean;
}

/** @param share 0 to 1 */
export function cellShade(share: number): CellShade {
  if (share <= MAX_FAINT) return { amount: share, isStrong: false };
  const excess = (share - MAX_FAINT) / (1 - MAX_FAINT);
  return { amount: MIN_STRONG + excess * (1 - MIN_STRONG), isStrong: true };
}
