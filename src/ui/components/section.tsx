import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Json } from '../../common/json.ts';
import type { RunState } from '../../run-folder/status.ts';

interface SectionProps {
  readonly title: string;
  /** A line below the title. */
  readonly note?: string;
  readonly children: ComponentChildren;
}

/** A card with a heading, whose level is one below that of the section around it. */
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

/** The level of the next heading; 1 at the top of a page. */
export const HeadingLevel = createContext(1);

/** A heading of the current level. */
export function Heading({ children }: { readonly children: ComponentChildren }) {
  const level = useContext(HeadingLevel);
  if (level === 1) return <h1>{children}</h1>;
  return level === 2 ? <h2>{children}</h2> : <h3>{children}</h3>;
}

/** The state of a run; the colour only repeats the word. */
export function StateBadge({ state }: { readonly state: RunState }) {
  return <span class={`state state-${state}`}>{state}</span>;
}

interface NameValueProps {
  readonly entries: readonly (readonly [name: string, value: Json])[];
}

/** Names in the first column, values in the second. */
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
