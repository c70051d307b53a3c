import { type Document, isMap, Lexer, type LineCounter, parseDocument, type YAMLError } from 'yaml';
import { type Explanation, explainIndentation } from './indentation.ts';
import { ConfigError, type ErrorCollector } from './source-errors.ts';
import type { Entry, Place } from './source-tree.ts';

/** Deeper nesting is a mistake or an attack: the parser calls itself for each level. */
export const MAX_DEPTH = 64;

/** At most this many broken entries are reported at once. */
const MAX_BROKEN = 5;

export type PlaceAt = (offset: number) => Place;

export interface Syntax {
  readonly text: string;
  readonly document: Document.Parsed;
  /** Entries of the outermost map that are not valid YAML, each a hole. The document lacks them. */
  readonly broken: ReadonlyMap<string, Entry>;
  /** Tells if a broken entry may define the anchor. */
  mayDefine(anchor: string): boolean;
}

/**
 * Parses the syntax of a YAML text. After a syntax error, the parser misreads what follows. Of each broken entry of
 * the outermost map, only the first error is therefore reported, and the rest of the file is parsed without that
 * entry. Errors that stay within one value remain in the document.
 * @throws ConfigError if an error is in no such entry.
 */
export function parseSyntax(
  text: string,
  lineCounter: LineCounter,
  placeAt: PlaceAt,
  errors: ErrorCollector,
): Syntax {
  if (isNestedTooDeeply(text)) {
    lineCounter.addNewLine(0);
    throw tooDeep(placeAt(0));
  }
  let document = parse(text, placeAt, lineCounter);
  let readable = text;
  const broken = new Map<string, Entry>();
  for (let error = structuralError(document); error; error = structuralError(document)) {
    const { offset, message } = explain(error, text);
    const rest = suspects(readable, document, error)
      .map((entry) => ({ entry, text: blankOut(readable, entry) }))
      .map((without) => ({ ...without, document: parse(without.text, placeAt) }))
      .find((without) => !hasError(without.document, error));
    if (!rest || broken.size === MAX_BROKEN) throw errorAt(placeAt(offset), message);
    const { key, start } = rest.entry;
    // An error at the end of the text is hard to find: report it at the entry.
    const at = placeAt(offset < text.length ? offset : start);
    broken.set(key, { key: placeAt(start), value: errors.hole(at, message) });
    readable = rest.text;
    document = rest.document;
  }
  const mayDefine = (anchor: string) =>
    text.includes(`&${anchor}`) && !readable.includes(`&${anchor}`);
  return { text, document, broken, mayDefine };
}

/** @throws ConfigError if the text is nested so deeply that the stack overflows. */
function parse(text: string, placeAt: PlaceAt, lineCounter?: LineCounter): Document.Parsed {
  try {
    // The library compares each key with each other; `parseYaml` compares them in linear time.
    const options = { prettyErrors: false, uniqueKeys: false, version: '1.2' } as const;
    const document = parseDocument(text, lineCounter ? { ...options, lineCounter } : options);
    if (!document.errors.some(({ message }) => message.includes('call stack'))) return document;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw tooDeep(placeAt(0));
}

/** Errors after which the parser still knows where the value ends. */
const WITHIN_VALUE: readonly YAMLError['code'][] = ['BAD_DQ_ESCAPE', 'BAD_SCALAR_START'];

function structuralError({ errors }: Document.Parsed): YAMLError | undefined {
  return errors.find(({ code }) => !WITHIN_VALUE.includes(code));
}

function hasError({ errors }: Document.Parsed, error: YAMLError): boolean {
  return errors.some(({ pos, code }) => pos[0] === error.pos[0] && code === error.code);
}

/**
 * Counts brackets, and dashes on one line, before the text is parsed: a stack overflow in the parser can end the
 * process.
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

export function errorAt(place: Place, message: string): ConfigError {
  return new ConfigError([{ place, path: [], message }]);
}

export function tooDeep(place: Place): ConfigError {
  return errorAt(place, `values are nested too deeply; at most ${MAX_DEPTH} levels are allowed`);
}

/** An entry of the outermost map of a text: from its key, in the first column, to the next key. */
interface OuterEntry {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The entries that may have caused a syntax error, the likeliest first: the entry that the parser was reading, which
 * may start far above the error (an unclosed bracket), then the entry at the place of the error.
 */
function suspects(
  text: string,
  { contents }: Document.Parsed,
  { pos: [offset], code }: YAMLError,
): OuterEntry[] {
  if (code === 'MULTIPLE_DOCS') return [];
  const entries = outerEntries(text);
  const parsed = isMap(contents) ? contents.items.map(({ key }) => key.range[0]) : [];
  return [...parsed.filter((start) => start < offset).slice(-1), offset]
    .map((position) => entries.findLast(({ start }) => start <= position))
    .filter((entry) => entry !== undefined);
}

function outerEntries(text: string): OuterEntry[] {
  const keys = [...text.matchAll(/^(\w+) *:/gm)];
  return keys.map(({ index, 1: key = '' }, i) => {
    return { key, start: index, end: keys[i + 1]?.index ?? text.length };
  });
}

/** Replaces an entry by blanks, so that the rest of the text keeps its place. */
function blankOut(text: string, { start, end }: OuterEntry): string {
  const blank = text.slice(start, end).replaceAll(/[^\r\n]/g, ' ');
  return text.slice(0, start) + blank + text.slice(end);
}

/** Errors that are often caused by the indentation of a line. */
const INDENTATION =
  /^(All |Sequence item|A block sequence|Block collections? |Implicit (map )?keys need|Nested mappings|Unexpected .* at node end)|must be indented/;

/** Messages of the library and the advice that replaces them. Other messages stay as they are. */
const ADVICE: readonly [message: RegExp, advice: string][] = [
  [/^(Alias|Anchor|Tag)s? cannot be.*/, 'text that starts with *, & or ! must be in quotes'],
  [/^All mapping items/, 'the keys of one map must start in the same column'],
  [/^All sequence items/, 'the items of one list must start in the same column'],
  [/^Block collections are not allowed.*/, 'a comma is missing between two entries'],
  [/^Flow map/, 'a } is missing, or a line between the braces is not indented'],
  [/^Flow sequence/, 'a ] is missing, or a line between the brackets is not indented'],
  [/^Implicit (map )?keys need/, 'a key must be followed by a colon and a space'],
  [/^Missing , .*/, 'a comma is missing between two entries'],
  [/^Missing closing (.).*/, 'text that starts with $1 must end with it'],
  [/^Nested mappings/, 'a value that contains ": " must be in quotes; a key starts its own line'],
  [/^Not a YAML token.*|^Block scalar header.*/, 'the text of a | or > starts in the next line'],
  [/^Plain value cannot start with .* (\S)$/, 'text with $1 must be in quotes'],
  [/^Source contains multiple documents/, 'an experiment is one document; remove the --- lines'],
  [/^Tabs are not allowed/, 'a tab in the indentation; indent with spaces'],
  [/^Unexpected , in.*|^Unexpected empty item.*/, 'there is a comma too many'],
  [/^Unexpected block-seq-ind.*/, 'a list starts in the line after its key'],
  [/^Unexpected flow-(map|seq)-end.*"(.)".*/, 'there is a $2 too many'],
  [/^Unexpected .* at node end/, 'text follows a complete value; the value may need quotes'],
];

/** Explains an error of the library, and its place, in words. */
export function explain({ message, pos: [offset] }: YAMLError, text: string): Explanation {
  const indentation = INDENTATION.test(message) ? explainIndentation(text, offset) : null;
  if (indentation) return { ...indentation, message: `broken YAML: ${indentation.message}` };
  const known = ADVICE.find(([pattern]) => pattern.test(message));
  if (!known) return { offset, message: `broken YAML: ${message.replace(/\.$/, '')}` };
  const [pattern, advice] = known;
  const said = (pattern.exec(message)?.[0] ?? '').replace(pattern, advice);
  return { offset, message: `broken YAML: ${said}` };
}
