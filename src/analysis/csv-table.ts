import { stringify } from 'csv-stringify/sync';
import { asSpread, type Table } from './table.ts';

/** A table as CSV, with all digits; a mean and its deviation are two columns. Not in table.ts: csv-stringify needs Node. */
export function csvTable({ columns, rows }: Table): string {
  const isSpread = columns.map((_, i) => rows.some((row) => asSpread(row[i]) !== null));
  const head = columns.flatMap(({ name }, i) =>
    isSpread[i] ? [`${name}_mean`, `${name}_sd`] : [name],
  );
  const body = rows.map((row) =>
    columns.flatMap((_, i) => {
      const spread = asSpread(row[i]);
      return isSpread[i] ? [spread?.mean, spread?.sd] : [row[i]];
    }),
  );
  return stringify([head, ...body], { cast: { boolean: String } }).trimEnd();
}
