import type { MapNode, Tree } from './source-tree.ts';

/**
 * The one file's values under another's: maps merge, all else is replaced, and `phases` merge by name,
 * new ones at the end. What would merge with a hole is not known either.
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

/** What the entry `name` of a map says. */
export function nameOf(tree: Tree): string | null {
  const name = tree.kind === 'map' ? tree.entries.get('name')?.value : undefined;
  return name?.kind === 'scalar' && typeof name.value === 'string' ? name.value : null;
}
