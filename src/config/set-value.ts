import { didYouMean } from '../common/did-you-mean.ts';
import { nameOf } from './merge.ts';
import { FaultError, type Path, type Place } from './source-place.ts';
import {
  type HoleNode,
  type ListNode,
  type MapNode,
  type Tree,
  valueAt,
  withEntry,
} from './source-tree.ts';

/**
 * The parts of `phases.head.epochs`, `model.head[3].dense.units`; an index may stand with or without
 * brackets. `null` for what is no path.
 */
export function parsePath(text: string): readonly string[] | null {
  const parts = text.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  return parts.every((part) => part !== '' && !/[[\]\s]/.test(part)) ? parts : null;
}

export interface Change {
  readonly path: readonly string[];
  readonly value: Tree;
  /** Where the change is asked for. */
  readonly place: Place;
}

/**
 * The tree with the value at a path, items of lists by name or index. Keys that are missing are made.
 * Nothing changes below a hole.
 * @throws FaultError when the path leads through something that is neither map nor list, or to no item.
 */
export function setValue<Root extends MapNode | HoleNode>(tree: Root, change: Change): Root {
  return set(tree, change, 0) as Root;
}

/** @param depth how many parts of the path lead to `tree`. */
function set(tree: Tree, change: Change, depth: number): Tree {
  const { path, value, place } = change;
  const key = path[depth];
  if (key === undefined) return value;
  if (tree.kind === 'hole') return tree;
  if (tree.kind === 'list') {
    const chosen = indexOf(tree, change, depth);
    const items = tree.items.map((item, i) => (i === chosen ? set(item, change, depth + 1) : item));
    return { ...tree, items };
  }
  if (tree.kind === 'scalar' && tree.value !== null) {
    const passed = path.slice(0, depth).join('.');
    const message = `${passed} is ${JSON.stringify(tree.value)}, in which there is no ${key}`;
    throw new FaultError([{ place, path: [], message }]);
  }
  const empty: MapNode = { kind: 'map', entries: new Map(), at: place };
  const map = tree.kind === 'map' ? tree : empty;
  const before = map.entries.get(key);
  const isLast = depth === path.length - 1;
  return withEntry(map, key, {
    key: isLast || !before ? place : before.key,
    value: set(before?.value ?? empty, change, depth + 1),
  });
}

/** @throws FaultError when no item of a list has that name or index. */
function indexOf(list: ListNode, { path, place }: Change, depth: number): number {
  const key = path[depth] as string;
  const index = itemIndex(list, key);
  if (index !== null) return index;
  const names = list.items.map(nameOf).filter((name) => name !== null);
  const allowed = names.length > 0 ? names.join(', ') : `0 to ${list.items.length - 1}`;
  const message = `${path.slice(0, depth).join('.')} has no ${key}; it has ${allowed}${didYouMean(key, names)}`;
  throw new FaultError([{ place, path: [], message }]);
}

function itemIndex({ items }: ListNode, key: string): number | null {
  const named = items.findIndex((item) => nameOf(item) === key);
  if (named >= 0) return named;
  return /^\d+$/.test(key) && Number(key) < items.length ? Number(key) : null;
}

/** The path with indexes as numbers, when it leads to something in the tree or below a hole. */
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

/** The paths of all plain values, items of lists by name where they have one. */
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
