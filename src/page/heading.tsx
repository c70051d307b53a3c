import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** The level of the next heading: 1 where what is shown is the page itself. */
export const HeadingLevel = createContext(1);

/** A heading of the level that its place calls for. */
export function Heading({ children }: { readonly children: ComponentChildren }) {
  const level = useContext(HeadingLevel);
  if (level === 1) return <h1>{children}</h1>;
  return level === 2 ? <h2>{children}</h2> : <h3>{children}</h3>;
}
