import type { Path } from '../experiment/problem.ts';
import { type MapNode, nameOf, type Place, type Tree, valueAt } from './source-tree.ts';
import { referencesIn } from './variables.ts';

/** The trees of an experiment, before and after variables are replaced. */
interface Trees {
  readonly written: MapNode;
  readonly tree: MapNode;
}

/**
 * For an error in a file that the user's file extends: which key of the user's file overrides the value, as a text after the
 * error. Empty if the user's file, one of its trials or the command line has a part of the value.
 */
export function overrideHint({ written, tree }: Trees, path: Path, place: Place): string {
  const { origin } = tree.at;
  const value = valueAt(written, path);
  const isOwn = (at: Place) => at.position === null || at.origin.name === origin.name;
  if (isOwn(place) || (value && hasPlace(value, isOwn))) return '';
  const [variable, ...others] = value ? referencesIn(value) : [];
  const single = variable !== undefined && others.length === 0;
  const keys = single ? ['vars', ...variable.split('.')] : path;
  const override = overrideOf(tree, keys);
  return `. ${origin.name} can override it: ${override}${override.includes('[…]') ? ', with all items' : ''}`;
}

/** `model: { head: […] }`; lists are replaced as a whole, except for phases, which have names. */
function overrideOf(tree: Tree, path: Path): string {
  const [key, index, ...rest] = path;
  const phase = key === 'phases' ? valueAt(tree, path.slice(0, 2)) : undefined;
  const name = phase && nameOf(phase);
  if (name && typeof index === 'number') {
    return `phases: [{ name: ${name}, ${rest.length > 0 ? nested(rest) : '…'} }]`;
  }
  return nested(path);
}

function nested([key, next, ...rest]: Path): string {
  if (next === undefined) return `${key}: …`;
  if (typeof next === 'number') return `${key}: […]`;
  return `${key}: { ${nested([next, ...rest])} }`;
}

function hasPlace(tree: Tree, isWanted: (place: Place) => boolean): boolean {
  const inner =
    tree.kind === 'map'
      ? [...tree.entries.values()].map(({ value }) => value)
      : tree.kind === 'list'
        ? tree.items
        : [];
  return isWanted(tree.at) || inner.some((each) => hasPlace(each, isWanted));
}
