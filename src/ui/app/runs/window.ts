/** Pixels of a row: all are of one height, so that the place of each is known without drawing it. */
export const ROW_HEIGHT = 38;
/** Windows begin at multiples of this, so that scrolling a little asks for nothing new. */
const STEP = 50;
/** Rows beyond those in view, before and after. */
const MARGIN = 50;

/** Some of many rows. */
export interface Rows {
  readonly from: number;
  readonly count: number;
}

/** The rows to have at hand while some are in view. */
export function rowsAround(top: number, height: number): Rows {
  const first = Math.floor(top / ROW_HEIGHT) - MARGIN;
  const last = Math.ceil((top + height) / ROW_HEIGHT) + MARGIN;
  const from = Math.max(0, Math.floor(first / STEP) * STEP);
  return { from, count: Math.ceil((last - from) / STEP) * STEP };
}
