import { type Document, isMap, Lexer, type LineCounter, parseDocument, type YAMLError } from 'yaml';
import { FaultError, type Faults, type Place } from './source-place.ts';
import type { Entry } from './source-tree.ts';

export const MAX_DEPTH = 64;

export type Placing = (offset: number) => Place;

export interface Syntax {
  readonly document: Document.Parsed;
  /** Entries of the outermost map that are no YAML, each a hole; the document is without them. */
  readonly broken: ReadonlyMap<string, Entry>;
  /** Whether an anchor may stand in what is broken. */
  hasLost(anchor: string): boolean;
}

/** So many broken entries are told of at once. */
const MOST_BROKEN = 5;

/**
 * Reads YAML's syntax. Where it is broken, what follows is read wrongly as well: of the entry of the outermost
 * map that it is in, the first error is the one to mend, and nothing else can be said. But for errors that
 * stay within a value, which remain in the document.
 * @throws FaultError when an error is in no such entry.
 */
export function parseSyntax(
  text: string,
  lineCounter: LineCounter,
  { place, faults }: { readonly place: Placing; readonly faults: Faults },
): Syntax {
  if (isNestedTooDeeply(text)) {
    lineCounter.addNewLine(0);
    throw tooDeep(place(0));
  }
  let document = parse(text, place, lineCounter);
  let readable = text;
  const broken = new Map<string, Entry>();
  for (let error = firstError(document); error; error = firstError(document)) {
    const said = explain(error);
    const [found] = error.pos;
    const rest = suspects(readable, document, error)
      .map((entry) => ({ entry, text: withoutOuterEntry(readable, entry) }))
      .map((without) => ({ ...without, document: parse(without.text, place) }))
      .find((without) => !hasError(without.document, error));
    if (!rest || broken.size === MOST_BROKEN) throw fault(place(found), said);
    const { key, start } = rest.entry;
    // At the end of the text nobody would look for it.
    const at = place(found < text.length ? found : start);
    broken.set(key, { key: place(start), value: faults.hole(at, said) });
    readable = rest.text;
    document = rest.document;
  }
  const hasLost = (anchor: string) =>
    text.includes(`&${anchor}`) && !readable.includes(`&${anchor}`);
  return { document, broken, hasLost };
}

/** @throws FaultError when it is nested so deeply that the stack ends. */
function parse(text: string, place: Placing, lineCounter?: LineCounter): Document.Parsed {
  try {
    // Keys are compared by whoever reads the nodes: the library compares each with each.
    const options = { prettyErrors: false, uniqueKeys: false, version: '1.2' } as const;
    const document = parseDocument(text, lineCounter ? { ...options, lineCounter } : options);
    if (!document.errors.some(({ message }) => message.includes('call stack'))) return document;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw tooDeep(place(0));
}

function firstError({ errors }: Document.Parsed): YAMLError | undefined {
  return errors.find(({ code }) => !withinValue.includes(code));
}

function hasError({ errors }: Document.Parsed, error: YAMLError): boolean {
  return errors.some(({ pos, code }) => pos[0] === error.pos[0] && code === error.code);
}

/** Errors that leave no doubt where the value ends that they are in. */
const withinValue: readonly YAMLError['code'][] = ['BAD_DQ_ESCAPE', 'BAD_SCALAR_START'];

/**
 * Told by brackets, and by dashes of one line, before the library reads them: it calls itself for each,
 * and where the stack ends the process may end too.
 */
function isNestedTooDeeply(text: string): boolean {
  let brackets = 0;
  let dashes = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') brackets += 1;
    else if (token === ']' || token === '}') brackets -= 1;
    else if (token === '-' || token === '?') dashes += 1;
    else if (token.includes('\n')) dashes = 0;
    if (brackets + dashes > MAX_DEPTH) return true;
  }
  return false;
}

export function fault(place: Place, message: string): FaultError {
  return new FaultError([{ place, path: [], message }]);
}

export function tooDeep(place: Place): FaultError {
  return fault(place, `values are nested too deeply; at most ${MAX_DEPTH} levels are allowed`);
}

/** The library's messages, in words that say what to do; others stand as they are. */
const sentences: readonly [said: RegExp, sentence: string][] = [
  [/^All mapping items/, 'the keys of one map must begin in the same column'],
  [/^Flow map/, 'a } is missing, or a line between the braces is not indented'],
  [/^Flow sequence/, 'a ] is missing, or a line between the brackets is not indented'],
  [/^Implicit (map )?keys need/, 'a key must be followed by a colon and a space'],
  [/^Missing closing (.).*/, 'text that begins with $1 must end with it'],
  [/^Nested mappings/, 'a value with ": " in it must be in quotes; a key begins a line of its own'],
  [/^Plain value cannot start with reserved character (.)/, 'text with $1 must be in quotes'],
  [/^Source contains multiple documents/, 'an experiment is one document, without --- between'],
  [/^Tabs are not allowed/, 'a tab in the indentation; indent with spaces'],
  [/^Unexpected .* at node end/, 'text follows a value that has ended; it may need quotes'],
];

export function explain({ message }: YAMLError): string {
  const known = sentences.find(([said]) => said.test(message));
  if (!known) return `broken YAML: ${message.replace(/\.$/, '')}`;
  const [said, sentence] = known;
  return `broken YAML: ${(said.exec(message)?.[0] ?? '').replace(said, sentence)}`;
}

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
