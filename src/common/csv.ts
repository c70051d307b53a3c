import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

/*
 * CSV that people open in a spreadsheet. It would run a cell such as `=cmd|…` as a formula, so such texts begin with an
 * apostrophe in the file.
 */

const FORMULA = /^'*[=+\-@\t\r]/;
const ESCAPED = /^'+[=+\-@\t\r]/;

/** Writes rows as CSV; `null` and `undefined` are empty cells. */
export function toCsv(rows: readonly (readonly unknown[])[]): string {
  return stringify(
    rows.map((row) => row.map((cell) => (typeof cell === 'string' ? escapeFormula(cell) : cell))),
    { cast: { boolean: String } },
  );
}

/** Reads what `toCsv` has written. @throws Error with the line for text that is no table. */
export function fromCsv(text: string): string[][] {
  const rows: string[][] = parse(text);
  return rows.map((row) => row.map((cell) => (ESCAPED.test(cell) ? cell.slice(1) : cell)));
}

function escapeFormula(cell: string): string {
  return FORMULA.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : cell;
}
