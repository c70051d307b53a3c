import { stringify } from 'csv-stringify/sync';
import type { Section } from '../../compare/diff-views.ts';
import { asSpread, markdownTable, type Table, textTable } from '../../compare/table.ts';

/** What `diff` says of two runs, or of two sweeps. */
export interface Findings {
  /** For programs. */
  readonly json: object;
  /** Paragraphs before the tables. */
  readonly texts: readonly string[];
  readonly sections: readonly Section[];
}

export interface Format {
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly md?: boolean;
}

export function print({ json, texts, sections }: Findings, format: Format): string {
  if (format.json) return JSON.stringify(json, null, 2);
  if (format.csv) return csv(sections);
  const paragraphs = format.md ? texts.map((text) => `\`\`\`\n${text}\n\`\`\``) : texts;
  const tables = sections.map(({ title, table, most = table.rows.length }) => {
    const shown: Table = { ...table, rows: table.rows.slice(0, most) };
    const left = table.rows.length - shown.rows.length;
    const text = format.md ? `## ${title}\n\n${markdownTable(shown)}` : textTable(shown);
    return left > 0 ? `${text}\n${format.md ? '\n' : ''}and ${left} more (--csv: all)` : text;
  });
  return [...paragraphs, ...tables].join('\n\n');
}

/** A line for each value: the part, what names its row, the value's column. */
function csv(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ title, table: { columns, rows }, keys = 1 }) =>
    rows.flatMap((row) => {
      const names = row.slice(0, keys).map((value, i) => `${columns[i]?.name}=${value}`);
      const name = keys === 1 ? row[0] : names.join(', ');
      return row.slice(keys).flatMap((value, i) => {
        const column = columns[keys + i]?.name;
        const spread = asSpread(value);
        if (!spread) return [[title, name, column, value]];
        return [
          [title, name, `${column}_mean`, spread.mean],
          [title, name, `${column}_sd`, spread.sd],
        ];
      });
    }),
  );
  return stringify([['part', 'name', 'column', 'value'], ...rows]).trimEnd();
}
