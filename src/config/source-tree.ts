import type { Json } from '../common/json.ts';
import type { Path, Place } from './source-place.ts';

/** What a YAML file says, each value with the place that it is written at. */
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

/** Where something was wrong, so that what would be there is not known; it was told already. */
export interface HoleNode {
  readonly kind: 'hole';
  readonly at: Place;
}

/** What stands for a hole among plain values: no schema allows a symbol. */
export const HOLE = Symbol('hole') as unknown as Json;

export interface Entry {
  /** Where the key is written. */
  readonly key: Place;
  readonly value: Tree;
}

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

/** Plain values, all of them standing at one place. */
export function fromJson(json: Json, at: Place): Tree {
  if (json === null || typeof json !== 'object') return { kind: 'scalar', value: json, at };
  if (isList(json)) return { kind: 'list', items: json.map((item) => fromJson(item, at)), at };
  const entries = Object.entries(json).map(([key, value]) => {
    return [key, { key: at, value: fromJson(value, at) }] as const;
  });
  return { kind: 'map', entries: new Map(entries), at };
}

/** `Array.isArray` knows no read-only lists. */
function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

/** The value at a path, if there is one; below a hole are holes. */
export function valueAt(tree: Tree, path: Path): Tree | undefined {
  return path.reduce<Tree | undefined>((at, key) => at && entryAt(at, key)?.value, tree);
}

/**
 * Where a path stands, as far as it leads: a scalar at itself, a map or list at its key. With `key`,
 * a scalar is at its key too.
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

/** An item of a list stands at its own place. */
function entryAt(tree: Tree, key: string | number): Entry | undefined {
  if (tree.kind === 'hole') return { key: tree.at, value: tree };
  if (tree.kind === 'map') return tree.entries.get(String(key));
  const item = tree.kind === 'list' && typeof key === 'number' ? tree.items[key] : undefined;
  return item && { key: item.at, value: item };
}

export function withEntry(map: MapNode, key: string, entry: Entry): MapNode {
  return { ...map, entries: new Map([...map.entries, [key, entry]]) };
}

export function withoutEntry(map: MapNode, key: string): MapNode {
  return { ...map, entries: new Map([...map.entries].filter(([name]) => name !== key)) };
}
