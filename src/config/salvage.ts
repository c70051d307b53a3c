import { type Document, isMap, type YAMLError } from 'yaml';

/** An entry of a text's outermost map: from its key, in the first column, to the next one. */
export interface OuterEntry {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The entries that an error of YAML may come from, likeliest first: that which the parser was reading, which
 * may have begun far above, as where a bracket is not closed; and that which the error stands in.
 */
export function suspects(
  text: string,
  { contents }: Document.Parsed,
  { pos: [found], code }: YAMLError,
): OuterEntry[] {
  if (code === 'MULTIPLE_DOCS') return [];
  const entries = outerEntries(text);
  const read = isMap(contents) ? contents.items.map(({ key }) => key.range[0]) : [];
  return [...read.filter((start) => start < found).slice(-1), found]
    .map((offset) => entries.findLast(({ start }) => start <= offset))
    .filter((entry) => entry !== undefined);
}

function outerEntries(text: string): OuterEntry[] {
  const keys = [...text.matchAll(/^(\w+) *:/gm)];
  return keys.map(({ index, 1: key = '' }, i) => {
    return { key, start: index, end: keys[i + 1]?.index ?? text.length };
  });
}

/** Blanks in the place of an entry, so that all else stays where it is. */
export function withoutOuterEntry(text: string, { start, end }: OuterEntry): string {
  const blank = text.slice(start, end).replaceAll(/[^\r\n]/g, ' ');
  return text.slice(0, start) + blank + text.slice(end);
}
