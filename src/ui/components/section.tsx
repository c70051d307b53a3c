import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { isWords, type Table, words } from '../../analysis/table.ts';
import type { Json } from '../../common/json.ts';
import type { RunState } from '../../run-folder/status.ts';

interface SectionProps {
  readonly title: string;
  /** What the title leaves open. */
  readonly note?: string;
  readonly children: ComponentChildren;
}

/** A part of a page under a heading, one level below that of what it is a part of. */
export function Section({ title, note, children }: SectionProps) {
  const level = useContext(HeadingLevel);
  return (
    <HeadingLevel.Provider value={level + 1}>
      <section class="card">
        <Heading>{title}</Heading>
        {note && <p class="soft note">{note}</p>}
        {children}
      </section>
    </HeadingLevel.Provider>
  );
}

/** The level of the next heading: 1 where what is shown is the page itself. */
export const HeadingLevel = createContext(1);

/** A heading of the level that its place calls for. */
export function Heading({ children }: { readonly children: ComponentChildren }) {
  const level = useContext(HeadingLevel);
  if (level === 1) return <h1>{children}</h1>;
  return level === 2 ? <h2>{children}</h2> : <h3>{children}</h3>;
}

/** How a run is doing; its colour only repeats what the word says. */
export function StateBadge({ state }: { readonly state: RunState }) {
  return <span class={`state state-${state}`}>{state}</span>;
}

interface NameValueProps {
  readonly entries: readonly (readonly [name: string, value: Json])[];
}

export function NameValueTable({ entries }: NameValueProps) {
  return (
    <div class="scroll">
      <table>
        <tbody>
          {entries.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

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
