import { didYouMean } from '../common/did-you-mean.ts';
import { allPaths, findPath, parsePath, setValue } from '../config/edit.ts';
import { ConfigError, ErrorCollector } from '../config/source-errors.ts';
import {
  type MapNode,
  placeOf,
  type Tree,
  toJson,
  valueAt,
  withoutEntry,
} from '../config/source-tree.ts';
import { schemaProblems } from '../config/validate.ts';
import { interpolate } from '../config/variables.ts';
import type { SweepConfig } from '../experiment/experiment.ts';
import type { SweepParameter } from '../experiment/file-types.ts';
import { type Path, type Problem, showPath } from '../experiment/problem.ts';
import { monitorProblems } from './phases.ts';
import type { Facts, Rule } from './rule.ts';

const metricsAreMeasured: Rule = {
  reads: ['metrics.**', 'sweep.metric.**', 'sweep.asha.**'],
  check({ experiment, sweep, file }) {
    if (!sweep) return [];
    const { metric, asha } = sweep;
    return [
      ...(file.sweep?.metric?.name === undefined
        ? []
        : monitorProblems(experiment, metric.name, ['sweep', 'metric', 'name'])),
      ...(asha && file.sweep?.asha?.metric !== undefined
        ? monitorProblems(experiment, asha.metric.name, ['sweep', 'asha', 'metric'])
        : []),
    ];
  },
};

const randomNeedsTrials: Rule = {
  reads: ['sweep.method', 'sweep.trials'],
  check({ sweep }) {
    if (!sweep) return [];
    const { method, trials } = sweep;
    const path = ['sweep', 'trials'];
    if (method === 'random' && trials === null) {
      return [{ path, message: 'is missing; the method random needs the number of trials' }];
    }
    if (method === 'random' || trials === null) return [];
    return [{ path, message: `is only for the method random. Received: the method ${method}` }];
  },
};

const parametersFitMethod: Rule = {
  reads: ['sweep.method', 'sweep.parameters.**'],
  check: ({ sweep }) =>
    Object.entries(sweep?.parameters ?? {}).flatMap(([name, parameter]) => {
      const message = parameterProblem(parameter, sweep?.method);
      return message === null ? [] : [{ path: ['sweep', 'parameters', name], message }];
    }),
};

function parameterProblem(
  { values, min, max, scale, integer }: SweepParameter,
  method: SweepConfig['method'] | undefined,
): string | null {
  const isBounded = min !== undefined || max !== undefined;
  if (values) return isBounded ? 'must have values, or min and max. Received: both' : null;
  if (min === undefined || max === undefined) return 'must have values, or min and max';
  if (method !== 'random')
    return `needs values: min and max are only for the method random. Received: the method ${method}`;
  if (min >= max) return `min must be below max. Received: ${min} and ${max}`;
  if (scale === 'log' && min <= 0) return `min must be above 0 for the scale log. Received: ${min}`;
  return integer && !(Number.isInteger(min) && Number.isInteger(max))
    ? `min and max must be whole numbers with integer: true. Received: ${min} and ${max}`
    : null;
}

const zippedValuesAlign: Rule = {
  reads: ['sweep.method', 'sweep.parameters.**'],
  check({ sweep }) {
    if (sweep?.method !== 'zip') return [];
    const [first, ...others] = Object.entries(sweep.parameters);
    const length = first?.[1].values?.length;
    return others.flatMap(([name, parameter]): Problem[] => {
      const own = parameter.values?.length;
      if (own === undefined || own === length) return [];
      const message = `must have as many values as ${first?.[0]}, ${length}, for the method zip. Received: ${own}`;
      return [{ path: ['sweep', 'parameters', name], message }];
    });
  },
};

const seedsAreGivenOnce: Rule = {
  reads: ['sweep.seeds', 'sweep.parameters', 'sweep.parameters.seed'],
  check({ file: { sweep } }) {
    if (!sweep?.parameters.seed || sweep.seeds === undefined) return [];
    const message = 'is already swept by seeds; remove one of the two';
    return [{ path: ['sweep', 'parameters', 'seed'], message }];
  },
};

const excludedSettingsAreSwept: Rule = {
  reads: ['sweep.parameters', 'sweep.exclude.**'],
  check({ sweep }) {
    const swept = Object.keys(sweep?.parameters ?? {});
    return (sweep?.exclude ?? []).flatMap((settings, index) =>
      Object.keys(settings)
        .filter((name) => !swept.includes(name))
        .map((name) => {
          const message = `is not swept; swept are ${swept.join(', ')}${didYouMean(name, swept)}`;
          return { path: ['sweep', 'exclude', index, name], message, key: true };
        }),
    );
  },
};

/** Each setting has a path of the file, or one that the schema allows there, and values that are valid there. */
const settingsAreValid: Rule = {
  reads: ['sweep', 'sweep.parameters', 'sweep.include'],
  check(facts) {
    const { sweep, source } = facts;
    if (!sweep) return [];
    const base = withoutEntry(source.written, 'sweep');
    const baseProblems = new Set(problemsOf(base).map(toLine));
    return settingsOf(source.tree)
      .filter(({ path }) => facts.isKnown(path))
      .flatMap((setting) => settingProblems(setting, { base, baseProblems, facts }));
  },
};

interface Setting {
  /** As written: `phases.head.optimizer.learningRate`. */
  readonly name: string;
  readonly path: Path;
  readonly values: readonly { readonly value: Tree; readonly path: Path }[];
}

/** The settings of `parameters` and `include`. */
function settingsOf(tree: MapNode): Setting[] {
  const parameters = ['sweep', 'parameters'];
  const swept = keysAt(tree, parameters).map((name) => {
    const path = [...parameters, name];
    const bounds = ['min', 'max'].map((bound) => [...path, bound]);
    return settingAt(tree, path, [...itemsAt(tree, [...path, 'values']), ...bounds]);
  });
  const included = itemsAt(tree, ['sweep', 'include']).flatMap((cell) =>
    keysAt(tree, cell).map((name) => settingAt(tree, [...cell, name], [[...cell, name]])),
  );
  return [...swept, ...included];
}

function settingAt(tree: MapNode, path: Path, valuePaths: readonly Path[]): Setting {
  return {
    name: String(path.at(-1)),
    path,
    values: valuePaths.flatMap((at) => {
      const value = valueAt(tree, at);
      return value ? [{ value, path: at }] : [];
    }),
  };
}

interface Base {
  /** The file without its sweep, before variables are replaced. */
  readonly base: MapNode;
  /** Its violations of the schema. */
  readonly baseProblems: ReadonlySet<string>;
  readonly facts: Facts;
}

function settingProblems(setting: Setting, { base, baseProblems, facts }: Base): Problem[] {
  const steps = parsePath(setting.name);
  const newProblems = (value: Tree) => {
    const change = { path: steps ?? [], value, place: placeOf(value, []) };
    return problemsOf(setValue(base, change)).filter((each) => !baseProblems.has(toLine(each)));
  };
  const isThere = steps !== null && (findPath(base, steps) !== null || isOptional());
  if (!isThere) {
    if (steps && leadsToWrong(steps, base, facts)) return [];
    const message = `is not a setting of the file${didYouMean(setting.name, allPaths(base))}`;
    return [{ path: setting.path, message, key: true }];
  }
  return setting.values.flatMap(({ value, path }) => {
    const [problem] = newProblems(value);
    if (!problem) return [];
    return [{ path, message: `as ${showPath(problem.path)} it ${problem.message}` }];
  });

  /** Tells if the schema allows the path, though the file leaves it at its default. */
  function isOptional(): boolean {
    const [first] = setting.values;
    // Nothing uses a variable that the file does not define.
    if (!first || steps?.[0] === 'vars') return false;
    try {
      return newProblems(first.value).every(({ key }) => !key);
    } catch (error) {
      if (error instanceof ConfigError) return false;
      throw error;
    }
  }
}

/** Tells if a path may lead nowhere because a key is misspelled, or the name of an item is missing. */
function leadsToWrong(steps: readonly string[], base: MapNode, { wrong }: Facts): boolean {
  const found = steps.map((_, length) => findPath(base, steps.slice(0, length)));
  const end = showPath(found.findLast((path) => path !== null) ?? []);
  return wrong.some((path) => {
    const parent = path.slice(0, -1);
    const isItemName = path.at(-1) === 'name' && typeof parent.at(-1) === 'number';
    const parents = isItemName ? [parent, parent.slice(0, -1)] : [parent];
    return parents.some((each) => each.length > 0 && showPath(each) === end);
  });
}

/** Violations of the schema, those of holes left out. */
function problemsOf(written: MapNode): Problem[] {
  const tree = interpolate(written, new ErrorCollector());
  return schemaProblems(toJson(tree)).filter(({ isHole }) => !isHole);
}

function toLine({ path, message }: Problem): string {
  return `${showPath(path)} ${message}`;
}

function keysAt(tree: Tree, path: Path): string[] {
  const map = valueAt(tree, path);
  return map?.kind === 'map' ? [...map.entries.keys()] : [];
}

/** The paths of the items of the list at a path. */
function itemsAt(tree: Tree, path: Path): Path[] {
  const list = valueAt(tree, path);
  return list?.kind === 'list' ? list.items.map((_, index) => [...path, index]) : [];
}

/** Options of sbatch that the launcher sets itself. */
const OWN_OPTIONS = ['array', 'job-name', 'open-mode', 'output', 'requeue', 'no-requeue', 'signal'];

const launcherOptionsAreFree: Rule = {
  reads: ['launcher.additional_parameters'],
  check: ({ file: { launcher } }) =>
    Object.keys(launcher?.additional_parameters ?? {}).flatMap((name) => {
      if (!OWN_OPTIONS.includes(name.replaceAll('_', '-'))) return [];
      const message = 'is set by cifar-run itself, so that interrupted runs resume; remove it';
      return [{ path: ['launcher', 'additional_parameters', name], message }];
    }),
};

export const sweepRules: readonly Rule[] = [
  metricsAreMeasured,
  randomNeedsTrials,
  parametersFitMethod,
  zippedValuesAlign,
  seedsAreGivenOnce,
  excludedSettingsAreSwept,
  settingsAreValid,
  launcherOptionsAreFree,
];
