import type { Json } from '../common/json.ts';
import type { Path } from '../experiment/problem.ts';

/** A file, or an option of the command line, in which values are written. */
export interface Origin {
  /** As the user wrote it: `experiment.yaml`, `--set phases.head.epochs=1`. */
  readonly name: string;
  /** Absolute. Relative paths in this origin start from it. */
  readonly folder: string;
}

/** The place of a value in its origin. */
export interface Place {
  readonly origin: Origin;
  /** Line and column, from 1; `null` on the command line. */
  readonly position: { readonly line: number; readonly column: number } | null;
}

/** The values of a YAML file, each with the place where it is written. */
export type Tree = ScalarNode | ListNode | MapNode | HoleNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  readonly at: Place;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly at: Place;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly at: Place;
}

/** The place of a value that could not be read; its error is already recorded. */
export interface HoleNode {
  readonly kind: 'hole';
  readonly at: Place;
}

export interface Entry {
  /** The place of the key. */
  readonly key: Place;
  readonly value: Tree;
}

/** A hole as a plain value. No schema allows a symbol. */
export const HOLE = Symbol('hole') as unknown as Json;

/** The plain values of a tree. */
export function toJson(tree: Tree): Json {
  switch (tree.kind) {
    case 'hole':
      return HOLE;
    case 'scalar':
      return tree.value;
    case 'list':
      return tree.items.map(toJson);
    case 'map':
      return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, toJson(value)]));
  }
}

/** A tree of plain values that all have the same place. */
export function fromJson(json: Json, at: Place): Tree {
  if (json === null || typeof json !== 'object') return { kind: 'scalar', value: json, at };
  if (isList(json)) return { kind: 'list', items: json.map((item) => fromJson(item, at)), at };
  const entries = Object.entries(json).map(([key, value]) => {
    return [key, { key: at, value: fromJson(value, at) }] as const;
  });
  return { kind: 'map', entries: new Map(entries), at };
}

/** `Array.isArray` does not narrow to read-only lists. */
function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

/** The value at a path, if there is one. Everything below a hole is a hole. */
export function valueAt(tree: Tree, path: Path): Tree | undefined {
  return path.reduce<Tree | undefined>((at, key) => at && entryAt(at, key)?.value, tree);
}

/**
 * The place of the value at a path, or of the deepest value on the way to it. A scalar has its own place, a map or
 * list that of its key. With `key`, a scalar has the place of its key too.
 */
export function placeOf(tree: Tree, path: Path, key = false): Place {
  let at = tree;
  let place = tree.at;
  for (const step of path) {
    const entry = entryAt(at, step);
    if (!entry) break;
    at = entry.value;
    place = at.kind === 'scalar' && !key ? at.at : entry.key;
  }
  return place;
}

/** An item of a list has its own place as the place of its key. */
function entryAt(tree: Tree, key: string | number): Entry | undefined {
  if (tree.kind === 'hole') return { key: tree.at, value: tree };
  if (tree.kind === 'map') return tree.entries.get(String(key));
  const item = tree.kind === 'list' && typeof key === 'number' ? tree.items[key] : undefined;
  return item && { key: item.at, value: item };
}

/** The value of the entry `name` of a map, if it is text. */
export function nameOf(tree: Tree): string | null {
  const name = tree.kind === 'map' ? tree.entries.get('name')?.value : undefined;
  return name?.kind === 'scalar' && typeof name.value === 'string' ? name.value : null;
}

export function withEntry(map: MapNode, key: string, entry: Entry): MapNode {
  return { ...map, entries: new Map([...map.entries, [key, entry]]) };
}

export function withoutEntry(map: MapNode, key: string): MapNode {
  return { ...map, entries: new Map([...map.entries].filter(([name]) => name !== key)) };
}
