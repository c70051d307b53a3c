import { basename, extname } from 'node:path';
import type { InputError } from '../common/errors.ts';
import type { Json } from '../common/json.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { Launcher, Sweep } from '../experiment/file-types.ts';
import { withDefaults } from '../experiment/schema.ts';
import type { Problem } from '../plan/problem.ts';
import type { Settings } from '../plan/trials.ts';
import { type Finding, judge } from './judge.ts';
import { applyOverrides, type Overrides } from './overrides.ts';
import { parseYaml } from './parse-yaml.ts';
import { readExtended, readText } from './read-files.ts';
import { resolvedYaml } from './resolved.ts';
import { findPath, parsePath } from './set-value.ts';
import { type Fault, FaultError, Faults } from './source-place.ts';
import { type HoleNode, type MapNode, placeOf, toJson, valueAt } from './source-tree.ts';
import { sweepProblems, withSettings } from './sweep.ts';
import { interpolate } from './variables.ts';

export interface LoadedExperiment {
  readonly experiment: Experiment;
  /** As the file states it; `null`: one run. */
  readonly sweep: Sweep | null;
  /** Where the runs of the sweep are done. */
  readonly launcher: Required<Launcher>;
  /** The file as written. */
  readonly text: string;
  /** The experiment as a file again, every default filled in. */
  resolvedYaml(): string;
  /** What the file states at a path as sweeps name them, variables put in; `undefined`: nothing. */
  stated(name: string): Json | undefined;
  /** One run of the sweep. @throws InputError when the experiment is wrong with these settings. */
  withSettings(settings: Settings): LoadedExperiment;
  /** The error that tells of problems found later, each with its place in the file. */
  problemsAt(problems: readonly Problem[]): InputError;
}

/**
 * Reads an experiment file with all that it extends, the command line's overrides and its variables.
 * @throws InputError with one line for each thing that is wrong: `file:line:column  path  what is wrong`.
 */
export async function loadExperiment(
  file: string,
  overrides: Overrides,
): Promise<LoadedExperiment> {
  const text = await readText(file);
  const faults = new Faults();
  const read = await readExtended(file, text, faults);
  const written = await applyOverrides(read, overrides, faults);
  const name = basename(file, extname(file)).replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return describe(written, { text, name, faults });
}

/** An experiment as a run's resolved.yaml states it; `text` is the file that it is from, as written. */
export async function loadResolved(resolved: string, text: string): Promise<LoadedExperiment> {
  const faults = new Faults();
  const tree = parseYaml(resolved, { name: 'resolved.yaml', folder: process.cwd() }, faults);
  return describe(tree as MapNode | HoleNode, { text, name: '', faults });
}

interface Described {
  readonly text: string;
  /** The experiment's name where the file gives none. */
  readonly name: string;
  /** What was wrong when it was read. */
  readonly faults: Faults;
}

/** @param written the tree before variables are put in. */
function describe(
  written: MapNode | HoleNode,
  { text, name, faults }: Described,
): LoadedExperiment {
  const tree = written.kind === 'map' ? interpolate(written, faults) : written;
  // Of a file that cannot be read, or is not all there, no more can be said: anything may stand in the rest.
  if (written.kind === 'hole' || tree.kind === 'hole') throw new FaultError(faults.all);
  const { written: described, problems, networkProblems } = judge(tree, name);
  const found = [...problems, ...sweepProblems({ written, tree, name, problems })];
  if (!described || faults.all.length + found.length > 0) {
    throw errorAt(tree, [...found, ...networkProblems()], faults.all);
  }
  const { experiment, file: values } = described;
  return {
    experiment,
    sweep: values.sweep ?? null,
    launcher: withDefaults<Launcher>('launcher', values.launcher ?? {}),
    text,
    resolvedYaml: () => resolvedYaml(experiment),
    stated: (name) => {
      const path = findPath(tree, parsePath(name) ?? []);
      const value = path && valueAt(tree, path);
      return value ? toJson(value) : undefined;
    },
    withSettings: (settings) => {
      const changed = withSettings(written, settings);
      return describe(changed, { text, name, faults: new Faults() });
    },
    problemsAt: (later) => errorAt(tree, later),
  };
}

function errorAt(
  tree: MapNode,
  problems: readonly Finding[],
  faults: readonly Fault[] = [],
): FaultError {
  const found = problems.map(({ path, message, key }) => {
    return { place: placeOf(tree, path, key), path, message };
  });
  return new FaultError([...faults, ...found]);
}
