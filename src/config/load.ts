import { basename, extname } from 'node:path';
import { datasetKind } from '../data/datasets.ts';
import type { InputError } from '../errors.ts';
import type { Settings } from '../plan/cells.ts';
import type { Problem } from '../plan/problem.ts';
import type { Experiment } from './experiment.ts';
import { readExtended, readText } from './extends.ts';
import type { Sweep } from './file-types.ts';
import { type Finding, judge } from './judge.ts';
import { applyOverrides, type Overrides } from './overrides.ts';
import { faultError } from './place.ts';
import { resolvedYaml } from './resolved.ts';
import { sweepProblems, withSettings } from './sweep.ts';
import { type MapNode, placeOf } from './tree.ts';
import { interpolate } from './vars.ts';
import { parseYaml } from './yaml.ts';

export interface LoadedExperiment {
  readonly experiment: Experiment;
  /** As the file states it; `null`: one run. */
  readonly sweep: Sweep | null;
  /** The file as written. */
  readonly text: string;
  /** The experiment as a file again, every default filled in. */
  resolvedYaml(): string;
  /** One run of the sweep. @throws InputError when the experiment is wrong with these settings. */
  withSettings(settings: Settings): Promise<LoadedExperiment>;
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
  const written = await applyOverrides(await readExtended(file, text), overrides);
  const name = basename(file, extname(file)).replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return describe(written, { text, name });
}

/** An experiment as a run's resolved.yaml states it; `text` is the file that it is from, as written. */
export async function loadResolved(resolved: string, text: string): Promise<LoadedExperiment> {
  const tree = parseYaml(resolved, { name: 'resolved.yaml', folder: process.cwd() });
  return describe(tree as MapNode, { text, name: '' });
}

interface Described {
  readonly text: string;
  /** The experiment's name where the file gives none. */
  readonly name: string;
}

/** @param written the tree before variables are put in. */
async function describe(written: MapNode, { text, name }: Described): Promise<LoadedExperiment> {
  const tree = interpolate(written);
  const { written: described, problems } = judge(tree, name);
  const found = problems.length > 0 ? problems : sweepProblems(written, name);
  if (!described) throw errorAt(tree, found);
  const { experiment, file: values } = described;
  if (found.length > 0)
    throw errorAt(tree, [...found, ...(await shapeProblems(experiment, found))]);
  return {
    experiment,
    sweep: values.sweep ?? null,
    text,
    resolvedYaml: () => resolvedYaml(experiment),
    withSettings: (settings) => describe(withSettings(written, settings), { text, name }),
    problemsAt: (later) => errorAt(tree, later),
  };
}

/**
 * What the plan would find wrong, so that all is told at once when something is; it is not asked about a
 * network that is wrong already, or that must be read from disk.
 */
async function shapeProblems(
  experiment: Experiment,
  found: readonly Finding[],
): Promise<readonly Problem[]> {
  const { data, model } = experiment;
  const { kind } = model.backbone.from;
  const isPlain = kind === 'named' || kind === 'layers';
  if (!isPlain || found.some(({ path }) => path[0] === 'model' || path[1] === 'dataset')) return [];
  const { findProblems } = await import('../plan/rules.ts');
  const { classNames = null } = datasetKind(data.dataset);
  return findProblems(experiment, { classNames, source: null });
}

function errorAt(tree: MapNode, problems: readonly Finding[]): InputError {
  return faultError(
    problems.map(({ path, message, key }) => ({ place: placeOf(tree, path, key), path, message })),
  );
}
