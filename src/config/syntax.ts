import { type Document, Lexer, type LineCounter, parseDocument, type YAMLError } from 'yaml';
import { FaultError, type Place } from './place.ts';

export const MAX_DEPTH = 64;

export type Placing = (offset: number) => Place;

/**
 * Reads YAML's syntax. Where it is broken, what follows is read wrongly as well, so that nothing else can be
 * said of the text, and the first error is the one to mend; but for those that stay within a value.
 * @throws FaultError
 */
export function parseSyntax(
  text: string,
  lineCounter: LineCounter,
  place: Placing,
): Document.Parsed {
  // Keys are compared by whoever reads the nodes: the library compares each with each.
  const options = { lineCounter, prettyErrors: false, uniqueKeys: false, version: '1.2' } as const;
  if (isNestedTooDeeply(text)) {
    lineCounter.addNewLine(0);
    throw tooDeep(place(0));
  }
  let document: Document.Parsed;
  try {
    document = parseDocument(text, options);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(place(0));
    throw error;
  }
  const error = document.errors.find(({ code }) => !withinValue.includes(code));
  if (!error) return document;
  if (error.message.includes('call stack')) throw tooDeep(place(0));
  throw fault(place(error.pos[0]), explain(error));
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
