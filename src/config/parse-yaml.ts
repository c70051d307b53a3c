import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node } from 'yaml';
import { InputError } from '../common/errors.ts';
import type { Faults, Origin, Place } from './source-place.ts';
import type { Entry, HoleNode, Tree } from './source-tree.ts';
import {
  explain,
  fault,
  MAX_DEPTH,
  type Placing,
  parseSyntax,
  type Syntax,
  tooDeep,
} from './yaml-syntax.ts';

/** Far more than any experiment needs; what is beyond is a mistake or an attack. */
export const MAX_BYTES = 256 * 1024;
export const MAX_VALUES = 20_000;

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses YAML 1.2 (core schema). What an experiment file must not hold becomes a hole, and so does all of a
 * text that is no YAML. With `positions` false, every value stands at the origin as a whole.
 * @throws InputError when it is too large.
 */
export function parseYaml(text: string, origin: Origin, faults: Faults, positions = true): Tree {
  checkSize(Buffer.byteLength(text), origin.name);
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { origin, position: positions ? { line, column: col } : null };
  };
  const read = () => {
    const syntax = parseSyntax(text, lines, { place, faults });
    return new Converter(syntax, place, faults).whole();
  };
  return faults.attempt(read, { kind: 'hole', at: place(0) });
}

/** @throws InputError for a file that is too large to be an experiment, before it is read. */
export function checkSize(bytes: number, name: string): void {
  if (bytes <= MAX_BYTES) return;
  throw new InputError(
    `${name}: the file has ${bytes} bytes, an experiment file may have ${MAX_BYTES}`,
  );
}

/** Makes a tree of the library's nodes. */
class Converter {
  readonly #document: Document.Parsed;
  readonly #syntax: Syntax;
  readonly #place: Placing;
  readonly #faults: Faults;
  #values = 0;

  constructor(syntax: Syntax, place: Placing, faults: Faults) {
    this.#document = syntax.document;
    this.#syntax = syntax;
    this.#place = place;
    this.#faults = faults;
  }

  /** @throws FaultError when there are too many values, or they are nested too deeply. */
  whole(): Tree {
    const tree = this.#convert(this.#document.contents, 0, 0);
    const { broken } = this.#syntax;
    if (broken.size === 0) return tree;
    const entries = tree.kind === 'map' ? tree.entries : [];
    return { kind: 'map', at: tree.at, entries: new Map([...entries, ...broken]) };
  }

  #convert(node: Node | null, offset: number, depth: number): Tree {
    const at = this.#place(node?.range?.[0] ?? offset);
    if (depth > MAX_DEPTH) throw tooDeep(at);
    this.#values += 1;
    if (this.#values > MAX_VALUES) {
      throw fault(at, `the file holds more than ${MAX_VALUES} values, aliases included`);
    }
    if (node?.tag) {
      const tag = node.tag.replace('tag:yaml.org,2002:', '!!');
      return this.#faults.hole(at, `tags are not allowed. Received: ${tag}`);
    }
    if (isAlias(node)) {
      const anchored = node.resolve(this.#document);
      if (anchored) return this.#convert(anchored, offset, depth + 1);
      if (this.#syntax.hasLost(node.source)) return { kind: 'hole', at };
      return this.#faults.hole(at, `no anchor &${node.source} stands before this alias`);
    }
    if (isMap<Node, Node | null>(node))
      return { kind: 'map', at, entries: this.#entries(node.items, depth) };
    if (isSeq<Node | null>(node)) {
      const items = node.items.map((item) => this.#convert(item, offset, depth + 1));
      return { kind: 'list', at, items };
    }
    return (
      this.#brokenValue(node) ?? { kind: 'scalar', at, value: isScalar(node) ? scalar(node) : null }
    );
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
      if (this.#brokenValue(key)) continue;
      if (!isScalar(key) || name === '') this.#faults.hole(at, 'a key must be a word');
      else if (forbidden.has(name)) this.#faults.hole(at, `the key ${name} is not allowed`);
      else if (before) {
        const { position } = before.key;
        const where = position ? ` in line ${position.line}` : '';
        const message = `the key ${name} stands here twice, first${where}; keep one of them`;
        // Which of the two is meant is not known.
        entries.set(name, { key: before.key, value: this.#faults.hole(at, message) });
      } else entries.set(name, { key: at, value: this.#convert(value, end, depth + 1) });
    }
    return entries;
  }

  /** The hole that an error within a plain value leaves. */
  #brokenValue(node: Node | null): HoleNode | null {
    const [start, end] = node?.range ?? [0, 0];
    const [error] = this.#document.errors.filter(({ pos }) => pos[0] >= start && pos[0] < end);
    return error ? this.#faults.hole(this.#place(error.pos[0]), explain(error)) : null;
  }
}

function scalar({ value }: { readonly value: unknown }): null | boolean | number | string {
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  return value === null ? null : String(value);
}
