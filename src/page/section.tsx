import type { ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import { Heading, HeadingLevel } from './heading.tsx';

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
