import { isWords, type Table, words } from '../compare/table.ts';

interface TableViewProps {
  readonly table: Table;
  /** Address of what a row is about; left out: rows lead nowhere. */
  readonly linkOf?: (row: Table['rows'][number]) => string | null;
}

/** A table as `compare` prints it. */
export function TableView({ table, linkOf }: TableViewProps) {
  const [head = [], ...rows] = words(table);
  const look = head.map((_, column) => (isWords(table, column) ? {} : { class: 'number' }));
  const link = (i: number) => linkOf?.(table.rows[i] ?? []) ?? null;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {head.map((title, column) => (
              <th key={title} scope="col" {...look[column]}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...others], i) => (
            <tr key={i}>
              <th scope="row" {...look[0]}>
                {link(i) === null ? first : <a href={link(i) ?? ''}>{first}</a>}
              </th>
              {others.map((text, column) => (
                <td key={head[column + 1]} {...look[column + 1]}>
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
