import { didYouMean } from '../common/did-you-mean.ts';
import type { Path } from '../experiment/problem.ts';
import { ConfigError } from './source-errors.ts';
import {
  type HoleNode,
  type ListNode,
  type MapNode,
  nameOf,
  type Place,
  type Tree,
  valueAt,
  withEntry,
} from './source-tree.ts';

/**
 * Merges one file over another: maps merge, other values replace, and `phases` merge by name, with new ones at the
 * end. A value that would merge with a hole becomes a hole.
 */
export function merge(base: MapNode, over: MapNode): MapNode {
  return mergeMaps(base, over, (key, before, after) =>
    key === 'phases' ? mergeByName(before, after) : mergeTrees(before, after),
  );
}

function mergeTrees(base: Tree, over: Tree): Tree {
  if (base.kind === 'hole' && over.kind !== 'scalar') return base;
  if (base.kind !== 'map' || over.kind !== 'map') return over;
  return mergeMaps(base, over, (_, before, after) => mergeTrees(before, after));
}

type Combine = (key: string, before: Tree, after: Tree) => Tree;

function mergeMaps(base: MapNode, over: MapNode, combine: Combine): MapNode {
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const before = base.entries.get(key);
    const value = before ? combine(key, before.value, entry.value) : entry.value;
    entries.set(key, { ...entry, value });
  }
  return { ...over, entries };
}

function mergeByName(base: Tree, over: Tree): Tree {
  if (base.kind === 'hole') return base;
  if (base.kind !== 'list' || over.kind !== 'list') return over;
  const items = [...base.items];
  for (const item of over.items) {
    const name = nameOf(item);
    const index = items.findIndex((each) => name !== null && nameOf(each) === name);
    const before = items[index];
    if (before) items[index] = mergeTrees(before, item);
    else items.push(item);
  }
  return { ...over, items };
}

/**
 * The parts of a path such as `phases.head.epochs` or `model.head[3].dense.units`; an index may have brackets or not.
 * `null` if the text is not a path.
 */
export function parsePath(text: string): readonly string[] | null {
  const parts = text.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  return parts.every((part) => part !== '' && !/[[\]\s]/.test(part)) ? parts : null;
}

/** A value to set at a path. */
export interface Change {
  readonly path: readonly string[];
  readonly value: Tree;
  /** The place that asks for the change. */
  readonly place: Place;
}

/**
 * Sets the value at a path. Items of lists are found by name or index; missing keys are added. Nothing changes below a
 * hole.
 * @throws ConfigError if the path leads through a scalar, or to an item that a list does not have.
 */
export function setValue<Root extends MapNode | HoleNode>(tree: Root, change: Change): Root {
  return setBelow(tree, change, 0) as Root;
}

/** @param depth the number of parts of the path that lead to `tree`. */
function setBelow(tree: Tree, change: Change, depth: number): Tree {
  const { path, value, place } = change;
  const key = path[depth];
  if (key === undefined) return value;
  if (tree.kind === 'hole') return tree;
  if (tree.kind === 'list') {
    const chosen = requireItem(tree, change, depth);
    const items = tree.items.map((item, i) =>
      i === chosen ? setBelow(item, change, depth + 1) : item,
    );
    return { ...tree, items };
  }
  if (tree.kind === 'scalar' && tree.value !== null) {
    const parent = path.slice(0, depth).join('.');
    const message = `${parent} is ${JSON.stringify(tree.value)}, which has no ${key}`;
    throw new ConfigError([{ place, path: [], message }]);
  }
  const empty: MapNode = { kind: 'map', entries: new Map(), at: place };
  const map = tree.kind === 'map' ? tree : empty;
  const before = map.entries.get(key);
  const isLast = depth === path.length - 1;
  return withEntry(map, key, {
    key: isLast || !before ? place : before.key,
    value: setBelow(before?.value ?? empty, change, depth + 1),
  });
}

/** @throws ConfigError if no item of the list has the name or index. */
function requireItem(list: ListNode, { path, place }: Change, depth: number): number {
  const key = path[depth] as string;
  const index = itemIndex(list, key);
  if (index !== null) return index;
  const names = list.items.map(nameOf).filter((name) => name !== null);
  const allowed = names.length > 0 ? names.join(', ') : `0 to ${list.items.length - 1}`;
  const message = `${path.slice(0, depth).join('.')} has no ${key}; it has ${allowed}${didYouMean(key, names)}`;
  throw new ConfigError([{ place, path: [], message }]);
}

function itemIndex({ items }: ListNode, key: string): number | null {
  const named = items.findIndex((item) => nameOf(item) === key);
  if (named >= 0) return named;
  return /^\d+$/.test(key) && Number(key) < items.length ? Number(key) : null;
}

/** The path with indexes as numbers, if it leads to a value of the tree or below a hole. */
export function findPath(tree: Tree, path: readonly string[]): Path | null {
  const found: (string | number)[] = [];
  let at: Tree | undefined = tree;
  for (const key of path) {
    const step: string | number | null = at.kind === 'list' ? itemIndex(at, key) : key;
    at = step === null ? undefined : valueAt(at, [step]);
    if (step === null || !at) return null;
    found.push(step);
  }
  return found;
}

/** The paths of all scalars. Items of lists appear by name if they have one. */
export function allPaths(tree: Tree, prefix = ''): string[] {
  const within = (name: string | number, value: Tree) =>
    allPaths(value, prefix === '' ? String(name) : `${prefix}.${name}`);
  switch (tree.kind) {
    case 'hole':
    case 'scalar':
      return [prefix];
    case 'list':
      return tree.items.flatMap((item, i) => within(nameOf(item) ?? i, item));
    case 'map':
      return [...tree.entries].flatMap(([name, { value }]) => within(name, value));
  }
}
