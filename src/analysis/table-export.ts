import { toCsv } from '../common/csv.ts';
import { asSpread, type Entry, type Table } from './table.ts';

/*
 * Tables for programs, with all digits. The page uses table.ts, which therefore must not need csv-stringify.
 */

/** A table as CSV; a mean and its deviation are two columns. */
export function csvTable({ columns, rows }: Table): string {
  const isSpread = columns.map((_, i) => rows.some((row) => asSpread(row[i]) !== null));
  const header = columns.flatMap(({ name }, i) =>
    isSpread[i] ? [`${name}_mean`, `${name}_sd`] : [name],
  );
  const body = rows.map((row) =>
    columns.flatMap((_, i) => {
      const spread = asSpread(row[i]);
      return isSpread[i] ? [spread?.mean, spread?.sd] : [row[i]];
    }),
  );
  return toCsv([header, ...body]).trimEnd();
}

/** A table as a list of objects, without the missing values of a row. */
export function jsonRows({ columns, rows }: Table): Record<string, Entry>[] {
  return rows.map((row) =>
    Object.fromEntries(
      columns.map(({ name }, i) => [name, row[i]]).filter(([, value]) => value !== undefined),
    ),
  );
}
