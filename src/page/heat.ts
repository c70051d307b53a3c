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
