import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node } from 'yaml';
import { InputError } from '../common/errors.ts';
import type { ErrorCollector } from './source-errors.ts';
import type { Entry, HoleNode, Origin, Place, Tree } from './source-tree.ts';
import {
  errorAt,
  explain,
  MAX_DEPTH,
  type PlaceAt,
  parseSyntax,
  type Syntax,
  tooDeep,
} from './yaml-syntax.ts';

/** Far more than any experiment needs; a larger file is a mistake or an attack. */
export const MAX_BYTES = 256 * 1024;
export const MAX_VALUES = 20_000;

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses YAML 1.2 (core schema). A value that an experiment file must not contain becomes a hole, and so does a whole
 * text that is not YAML. With `positions: false`, every value has the origin as its place, without line and column.
 * @throws InputError if the text is too large.
 */
export function parseYaml(
  text: string,
  origin: Origin,
  errors: ErrorCollector,
  { positions = true } = {},
): Tree {
  checkSize(Buffer.byteLength(text), origin.name);
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { origin, position: positions ? { line, column: col } : null };
  };
  const parse = () => {
    const syntax = parseSyntax(text, lines, placeAt, errors);
    return new TreeBuilder(syntax, placeAt, errors).build();
  };
  return errors.attempt(parse, { kind: 'hole', at: placeAt(0) });
}

/** @throws InputError for a file that is too large to be an experiment. */
export function checkSize(bytes: number, name: string): void {
  if (bytes <= MAX_BYTES) return;
  throw new InputError(
    `${name}: an experiment file may have ${MAX_BYTES} bytes. Received: ${bytes} bytes`,
  );
}

/** Turns the nodes of the YAML library into a tree. */
class TreeBuilder {
  readonly #document: Document.Parsed;
  readonly #syntax: Syntax;
  readonly #placeAt: PlaceAt;
  readonly #errors: ErrorCollector;
  #values = 0;
  /** The offsets of the digits after decimal commas. */
  readonly #fractions = new Set<number>();

  constructor(syntax: Syntax, placeAt: PlaceAt, errors: ErrorCollector) {
    this.#document = syntax.document;
    this.#syntax = syntax;
    this.#placeAt = placeAt;
    this.#errors = errors;
  }

  /** @throws ConfigError if there are too many values, or they are nested too deeply. */
  build(): Tree {
    const tree = this.#node(this.#document.contents, 0, 0);
    const { broken } = this.#syntax;
    if (broken.size === 0) return tree;
    const entries = tree.kind === 'map' ? tree.entries : [];
    return { kind: 'map', at: tree.at, entries: new Map([...entries, ...broken]) };
  }

  #node(node: Node | null, offset: number, depth: number): Tree {
    const at = this.#placeAt(node?.range?.[0] ?? offset);
    if (depth > MAX_DEPTH) throw tooDeep(at);
    this.#values += 1;
    if (this.#values > MAX_VALUES) {
      throw errorAt(at, `the file has more than ${MAX_VALUES} values, aliases included`);
    }
    if (node?.tag) {
      const tag = node.tag.replace('tag:yaml.org,2002:', '!!');
      return this.#errors.hole(at, `tags are not allowed. Received: ${tag}`);
    }
    if (isAlias(node)) {
      const anchored = node.resolve(this.#document);
      if (anchored) return this.#node(anchored, offset, depth + 1);
      if (this.#syntax.mayDefine(node.source)) return { kind: 'hole', at };
      return this.#errors.hole(
        at,
        `there is no anchor &${node.source} above; text that starts with * must be in quotes`,
      );
    }
    if (isMap<Node, Node | null>(node))
      return { kind: 'map', at, entries: this.#entries(node.items, depth) };
    if (isSeq<Node | null>(node)) {
      const items = node.items.flatMap((item) =>
        this.#isFraction(item) ? [] : [this.#node(item, offset, depth + 1)],
      );
      return { kind: 'list', at, items };
    }
    const value = isScalar(node) ? scalarValue(node) : null;
    return this.#brokenScalar(node) ?? { kind: 'scalar', at, value };
  }

  #entries(
    pairs: readonly { readonly key: Node; readonly value: Node | null }[],
    depth: number,
  ): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    for (const { key, value } of pairs) {
      const [start, , end] = key.range ?? [0, 0, 0];
      const at = this.#placeAt(start);
      const name = isScalar(key) ? (key.source ?? '') : '';
      const before = entries.get(name);
      if (this.#brokenScalar(key) || (this.#isFraction(key) && value === null)) continue;
      if (!isScalar(key) || name === '') this.#errors.hole(at, 'a key must be a word');
      else if (FORBIDDEN_KEYS.has(name)) this.#errors.hole(at, `the key ${name} is not allowed`);
      else if (before) {
        const { position } = before.key;
        const where = position ? ` (first in line ${position.line})` : '';
        const message = `duplicate key ${name}${where}; keep one of them`;
        // It is unknown which of the two is meant.
        entries.set(name, { key: before.key, value: this.#errors.hole(at, message) });
      } else {
        const read = this.#decimalComma(value) ?? this.#node(value, end, depth + 1);
        entries.set(name, { key: at, value: read });
      }
    }
    return entries;
  }

  /** The hole of a number with a decimal comma, of which YAML makes two values between brackets or braces. */
  #decimalComma(value: Node | null): HoleNode | null {
    if (!isScalar(value) || typeof value.value !== 'number' || !value.range) return null;
    const [start, end] = value.range;
    const [, fraction] = /^,(\d+)\s*(?=[,}\]]|$)/.exec(this.#syntax.text.slice(end)) ?? [];
    if (fraction === undefined) return null;
    this.#fractions.add(end + 1);
    const message = `YAML wants a decimal point: ${value.source}.${fraction}. Received: ${value.source},${fraction}`;
    return this.#errors.hole(this.#placeAt(start), message);
  }

  #isFraction(node: Node | null): boolean {
    return node?.range ? this.#fractions.has(node.range[0]) : false;
  }

  /** The hole that a syntax error within a plain value leaves. */
  #brokenScalar(node: Node | null): HoleNode | null {
    const [start, end] = node?.range ?? [0, 0];
    const [error] = this.#document.errors.filter(({ pos }) => pos[0] >= start && pos[0] < end);
    if (!error) return null;
    const { offset, message } = explain(error, this.#syntax.text);
    return this.#errors.hole(this.#placeAt(offset), message);
  }
}

function scalarValue({ value }: { readonly value: unknown }): null | boolean | number | string {
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  return value === null ? null : String(value);
}
