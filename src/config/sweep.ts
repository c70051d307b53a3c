import { didYouMean } from '../model/did-you-mean.ts';
import type { Settings } from '../plan/cells.ts';
import { type Finding, judge } from './judge.ts';
import { type Path, showPath } from './place.ts';
import { allPaths, findPath, parsePath, setValue } from './set.ts';
import { fromJson, type MapNode, placeOf, type Tree, valueAt, withoutEntry } from './tree.ts';
import { interpolate } from './vars.ts';

/**
 * What is wrong with the settings of a sweep: each must be there in the file, and the experiment must be
 * right with each of its values.
 * @param written the tree before variables are put in, right by itself.
 */
export function sweepProblems(written: MapNode, name: string): Finding[] {
  const base = withoutEntry(written, 'sweep');
  return [
    ...settingsOf(written).flatMap((setting) => settingProblems(base, setting, name)),
    ...excludeProblems(written),
  ];
}

/** The experiment of one run, settings standing where the sweep does and without the sweep. */
export function withSettings(written: MapNode, settings: Settings): MapNode {
  return Object.entries(settings).reduce(
    (tree, [name, value]) => {
      const place = placeOf(written, ['sweep', 'parameters', name], true);
      return setValue(tree, { path: parsePath(name) ?? [], value: fromJson(value, place), place });
    },
    withoutEntry(written, 'sweep'),
  );
}

interface Setting {
  /** As written: `phases.head.optimizer.learningRate`. */
  readonly name: string;
  /** Where in the file it and its values stand. */
  readonly path: Path;
  readonly values: readonly { readonly value: Tree; readonly path: Path }[];
}

function settingsOf(written: MapNode): Setting[] {
  const parameters = ['sweep', 'parameters'];
  const swept = keysAt(written, parameters).map((name) => {
    const path = [...parameters, name];
    const bounds = ['min', 'max'].map((bound) => [...path, bound]);
    return settingAt(written, path, [...itemsAt(written, [...path, 'values']), ...bounds]);
  });
  const included = itemsAt(written, ['sweep', 'include']).flatMap((combination) =>
    keysAt(written, combination).map((name) => {
      const path = [...combination, name];
      return settingAt(written, path, [path]);
    }),
  );
  return [...swept, ...included];
}

function settingAt(written: MapNode, path: Path, values: readonly Path[]): Setting {
  return {
    name: String(path.at(-1)),
    path,
    values: values.flatMap((at) => {
      const value = valueAt(written, at);
      return value ? [{ value, path: at }] : [];
    }),
  };
}

function settingProblems(base: MapNode, setting: Setting, name: string): Finding[] {
  const path = parsePath(setting.name);
  if (!path || !findPath(base, path)) {
    const message = `leads to nothing in the file${didYouMean(setting.name, allPaths(base))}`;
    return [{ path: setting.path, message, key: true }];
  }
  return setting.values.flatMap(({ value, path: at }) => {
    const place = placeOf(value, []);
    const { problems } = judge(interpolate(setValue(base, { path, value, place })), name);
    const [problem] = problems;
    if (!problem) return [];
    return [{ path: at, message: `as ${showPath(problem.path)} it ${problem.message}` }];
  });
}

/** What is excluded must be among what is swept. */
function excludeProblems(written: MapNode): Finding[] {
  const swept = keysAt(written, ['sweep', 'parameters']);
  return itemsAt(written, ['sweep', 'exclude']).flatMap((combination) =>
    keysAt(written, combination)
      .filter((name) => !swept.includes(name))
      .map((name) => {
        const message = `is not swept; swept are ${swept.join(', ')}${didYouMean(name, swept)}`;
        return { path: [...combination, name], message, key: true };
      }),
  );
}

function keysAt(tree: Tree, path: Path): string[] {
  const map = valueAt(tree, path);
  return map?.kind === 'map' ? [...map.entries.keys()] : [];
}

/** Paths of the items of the list at a path. */
function itemsAt(tree: Tree, path: Path): Path[] {
  const list = valueAt(tree, path);
  return list?.kind === 'list' ? list.items.map((_, index) => [...path, index]) : [];
}
