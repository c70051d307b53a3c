import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from 'yaml';
import { InputError } from '../errors.ts';
import { type Fault, faultError, type Origin, type Place } from './place.ts';
import type { Entry, Tree } from './tree.ts';

/** Far more than any experiment needs; what is beyond is a mistake or an attack. */
const MAX_BYTES = 256 * 1024;
const MAX_DEPTH = 64;
export const MAX_VALUES = 20_000;

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses YAML 1.2 (core schema). With `positions` false, every value stands at the origin as a whole.
 * @throws InputError with one line for each thing that is wrong.
 */
export function parseYaml(text: string, origin: Origin, positions = true): Tree {
  checkSize(Buffer.byteLength(text), origin.name);
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { origin, position: positions ? { line, column: col } : null };
  };
  const document = parse(text, lines, place);
  const converter = new Converter(document, place);
  const tree = converter.convert(document.contents, 0, 0);
  if (converter.faults.length > 0) throw faultError(converter.faults);
  return tree;
}

/** @throws InputError for a file that is too large to be an experiment, before it is read. */
export function checkSize(bytes: number, name: string): void {
  if (bytes <= MAX_BYTES) return;
  throw new InputError(
    `${name}: the file has ${bytes} bytes, an experiment file may have ${MAX_BYTES}`,
  );
}

type Placing = (offset: number) => Place;

function parse(text: string, lineCounter: LineCounter, place: Placing): Document.Parsed {
  // Keys are compared below: the library compares each with each.
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
  // What follows a syntax error is read wrongly as well: the first one is the one to mend.
  const [error] = document.errors;
  if (!error) return document;
  if (error.message.includes('call stack')) throw tooDeep(place(0));
  throw fault(place(error.pos[0]), `broken YAML: ${explain(error)}`);
}

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

function fault(place: Place, message: string): InputError {
  return faultError([{ place, path: [], message }]);
}

function tooDeep(place: Place): InputError {
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

function explain({ message }: YAMLError): string {
  const known = sentences.find(([said]) => said.test(message));
  if (!known) return message.replace(/\.$/, '');
  const [said, sentence] = known;
  return (said.exec(message)?.[0] ?? '').replace(said, sentence);
}

/** Makes a tree of the library's nodes, and notes what an experiment file must not hold. */
class Converter {
  readonly faults: Fault[] = [];
  readonly #document: Document.Parsed;
  readonly #place: Placing;
  #values = 0;

  constructor(document: Document.Parsed, place: Placing) {
    this.#document = document;
    this.#place = place;
  }

  convert(node: Node | null, offset: number, depth: number): Tree {
    const at = this.#place(node?.range?.[0] ?? offset);
    if (depth > MAX_DEPTH) throw tooDeep(at);
    this.#values += 1;
    if (this.#values > MAX_VALUES) {
      throw fault(at, `the file holds more than ${MAX_VALUES} values, aliases included`);
    }
    if (node?.tag) {
      const tag = node.tag.replace('tag:yaml.org,2002:', '!!');
      this.#report(at, `tags are not allowed. Received: ${tag}`);
    }
    if (isAlias(node)) {
      const anchored = node.resolve(this.#document);
      if (!anchored) this.#report(at, `no anchor &${node.source} stands before this alias`);
      return this.convert(anchored ?? null, offset, depth + 1);
    }
    if (isMap<Node, Node | null>(node))
      return { kind: 'map', at, entries: this.#entries(node.items, depth) };
    if (isSeq<Node | null>(node)) {
      const items = node.items.map((item) => this.convert(item, offset, depth + 1));
      return { kind: 'list', at, items };
    }
    return { kind: 'scalar', at, value: isScalar(node) ? scalar(node.value) : null };
  }

  #entries(
    pairs: readonly { readonly key: Node; readonly value: Node | null }[],
    depth: number,
  ): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    for (const { key, value } of pairs) {
      const [start, , end] = key.range ?? [0, 0, 0];
      const at = this.#place(start);
      const name = isScalar(key) ? (key.source ?? '') : '';
      const before = entries.get(name);
      if (!isScalar(key) || name === '') this.#report(at, 'a key must be a word');
      else if (forbidden.has(name)) this.#report(at, `the key ${name} is not allowed`);
      else if (before) {
        const { position } = before.key;
        const where = position ? ` in line ${position.line}` : '';
        this.#report(at, `the key ${name} stands here twice, first${where}; keep one of them`);
      } else entries.set(name, { key: at, value: this.convert(value, end, depth + 1) });
    }
    return entries;
  }

  #report(at: Place, message: string): void {
    this.faults.push({ place: at, path: [], message });
  }
}

function scalar(value: unknown): null | boolean | number | string {
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  return value === null ? null : String(value);
}
