import { didYouMean } from '../common/did-you-mean.ts';
import { InputError } from '../common/errors.ts';
import type { Sweep } from '../experiment/file-types.ts';
import { showSettings } from '../plan/sweep.ts';
import { type Settings, sweepCells } from '../plan/trials.ts';
import { type Finding, judge } from './judge.ts';
import { allPaths, findPath, parsePath, setValue } from './set-value.ts';
import { FaultError, Faults, isWithin, type Path, showPath } from './source-place.ts';
import {
  fromJson,
  type MapNode,
  placeOf,
  type Tree,
  toJson,
  valueAt,
  withoutEntry,
} from './source-tree.ts';
import { schemaProblems } from './validate.ts';
import { interpolate } from './variables.ts';

interface Judged {
  /** The tree before variables are put in, and with them. */
  readonly written: MapNode;
  readonly tree: MapNode;
  readonly name: string;
  /** What is wrong with the experiment by itself. */
  readonly problems: readonly Finding[];
}

/**
 * What is wrong with the settings of a sweep: each must be one of the file's, and take each of its values.
 * Whether the experiment is right with them all is seen when its runs are planned; where it is wrong by
 * itself, here.
 */
export function sweepProblems({ written, tree, name, problems }: Judged): Finding[] {
  if (!tree.entries.has('sweep')) return [];
  const base = withoutEntry(written, 'sweep');
  const isTold = ({ path }: Setting) => problems.some((each) => isWithin(each.path, path));
  const settings = settingsOf(tree).filter((setting) => !isTold(setting));
  const found = [
    ...settings.flatMap((setting) => settingProblems(base, setting, problems)),
    ...excludeProblems(tree),
  ];
  const isSound = [...problems, ...found].every(({ path }) => path[0] !== 'sweep');
  if (problems.length === 0 || !isSound) return found;
  return [...found, ...runProblems({ written, tree, name, problems })];
}

/** So many runs are judged of an experiment that must be mended anyway. */
const RUNS = 100;

/** What is wrong with runs, and not with the experiment by itself. */
function runProblems({ written, tree, name }: Judged): Finding[] {
  const sweep = toJson(valueAt(tree, ['sweep']) ?? tree) as unknown as Sweep;
  const told = new Set(problemsOf(() => withoutEntry(written, 'sweep'), name).map(keyOf));
  return cellsOf(sweep).flatMap((settings) =>
    problemsOf(() => withSettings(written, settings), name)
      .filter((each) => !told.has(keyOf(each)) && told.add(keyOf(each)))
      .map((each) => ({ ...each, message: `${each.message} (with ${showSettings(settings)})` })),
  );
}

function cellsOf(sweep: Sweep): Settings[] {
  try {
    return sweepCells(sweep, 0).slice(0, RUNS);
  } catch (error) {
    // Too many: that is told when there is nothing else to mend.
    if (error instanceof InputError) return [];
    throw error;
  }
}

/** None where a setting leads nowhere: that is told of the setting, or of what it should lead to. */
function problemsOf(make: () => MapNode, name: string): readonly Finding[] {
  const faults = new Faults();
  const written = faults.attempt(make, null);
  const tree = written && interpolate(written, faults);
  if (tree?.kind !== 'map') return [];
  const { problems, networkProblems } = judge(tree, name);
  return [...problems, ...networkProblems()];
}

function keyOf({ path, message }: Finding): string {
  return `${showPath(path)} ${message}`;
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

function settingProblems(base: MapNode, setting: Setting, problems: readonly Finding[]): Finding[] {
  const path = parsePath(setting.name);
  const told = new Set(valueProblems(base).map(keyOf));
  const newProblems = (value: Tree) => {
    const changed = setValue(base, { path: path ?? [], value, place: placeOf(value, []) });
    return valueProblems(changed).filter((each) => !told.has(keyOf(each)));
  };
  if (!path || !(findPath(base, path) || mayStand(path, setting, newProblems))) {
    if (path && problems.some((each) => endsAt(base, path, each))) return [];
    const message = `leads to nothing in the file${didYouMean(setting.name, allPaths(base))}`;
    return [{ path: setting.path, message, key: true }];
  }
  return setting.values.flatMap(({ value, path: at }) => {
    const [problem] = newProblems(value);
    if (!problem) return [];
    return [{ path: at, message: `as ${showPath(problem.path)} it ${problem.message}` }];
  });
}

/** Whether a path that the file does not have leads to a setting all the same, one that has its default there. */
function mayStand(
  path: readonly string[],
  { values }: Setting,
  newProblems: (value: Tree) => readonly Finding[],
): boolean {
  const [first] = values;
  // A variable that the file does not have is used by nothing.
  if (!first || path[0] === 'vars') return false;
  try {
    return newProblems(first.value).every(({ key }) => !key);
  } catch (error) {
    if (error instanceof FaultError) return false;
    throw error;
  }
}

/** Whether a path may lead nowhere because of a key that is wrong, or of a name that is missing. */
function endsAt(base: MapNode, path: readonly string[], { path: wrong, key }: Finding): boolean {
  const parent = key ? wrong.slice(0, -1) : null;
  const steps = path.map((_, length) => findPath(base, path.slice(0, length)));
  const end = steps.findLast((step) => step !== null) ?? [];
  const items = typeof parent?.at(-1) === 'number' ? parent.slice(0, -1) : parent;
  return [parent, items].some((each) => each && showPath(each) === showPath(end));
}

/** What the schema says. */
function valueProblems(written: MapNode): Finding[] {
  const tree = interpolate(written, new Faults());
  return schemaProblems(toJson(tree)).filter(({ isHole }) => !isHole);
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
