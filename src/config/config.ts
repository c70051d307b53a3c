import { basename, extname } from 'node:path';
import type { Json } from '../common/json.ts';
import type {
  Experiment,
  LauncherConfig,
  Settings,
  SweepConfig,
} from '../experiment/experiment.ts';
import type { ExperimentFile } from '../experiment/file-types.ts';
import type { Path, Problem } from '../experiment/problem.ts';
import { findPath, parsePath, setValue } from './edit.ts';
import { normalize, normalizeLauncher, normalizeSweep } from './normalize.ts';
import { overrideHint } from './override-hint.ts';
import { applyOverrides, type Overrides } from './overrides.ts';
import { parseYaml } from './parse-yaml.ts';
import { pathResolver } from './paths.ts';
import { readExtended, readText } from './read-file.ts';
import { repair } from './repair.ts';
import { ConfigError, ErrorCollector } from './source-errors.ts';
import {
  fromJson,
  type HoleNode,
  type MapNode,
  placeOf,
  toJson,
  valueAt,
  withoutEntry,
} from './source-tree.ts';
import { interpolate } from './variables.ts';

/** An experiment file after parsing, validation and normalization. It may still have errors. */
export interface Config {
  /** The values of the file. A placeholder stands for each wrong one. */
  readonly file: ExperimentFile;
  readonly experiment: Experiment;
  /** `null`: one run. */
  readonly sweep: SweepConfig | null;
  readonly launcher: LauncherConfig;
  /** The text of the file as written. */
  readonly text: string;
  readonly source: SourceMap;
  /** Violations of the schema, and paths that `--sandboxed` forbids. */
  readonly problems: readonly Problem[];
  /** Paths with a placeholder. */
  readonly wrong: readonly Path[];
}

/** The place of each value of an experiment in its files. */
export class SourceMap {
  /** The tree before and after variables are replaced. */
  readonly written: MapNode;
  readonly tree: MapNode;
  /** Errors of the YAML and of variables. */
  readonly errors: ErrorCollector;

  constructor(written: MapNode, tree: MapNode, errors: ErrorCollector) {
    this.written = written;
    this.tree = tree;
    this.errors = errors;
  }

  /** The error that lists problems at their places in the files. */
  errorAt(problems: readonly Problem[]): ConfigError {
    const placed = problems.map(({ path, message, key }) => {
      const place = placeOf(this.tree, path, key);
      const hint = key ? '' : overrideHint(this, path, place);
      return {
        place,
        path,
        message: message.endsWith('?') ? message + hint.slice(1) : message + hint,
      };
    });
    return new ConfigError([...this.errors.all, ...placed]);
  }

  /** The value that the file states for a setting, e.g. `vars.dropout`; `undefined`: none. */
  valueOf(setting: string): Json | undefined {
    const path = findPath(this.tree, parsePath(setting) ?? []);
    const value = path && valueAt(this.tree, path);
    return value ? toJson(value) : undefined;
  }
}

/**
 * Reads an experiment file, the files that it extends, and the overrides of the command line.
 * @throws ConfigError if so little of it is valid that nothing more can be checked.
 */
export async function readConfig(file: string, overrides: Overrides): Promise<Config> {
  const text = await readText(file);
  const errors = new ErrorCollector();
  const extended = await readExtended(file, text, errors);
  const written = await applyOverrides(extended, overrides, errors);
  const name = basename(file, extname(file)).replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return toConfig(written, errors, { text, name });
}

/**
 * Reads the experiment of a run from its resolved.yaml.
 * @param text the text of the experiment file of the run, as written.
 */
export function readResolvedConfig(resolved: string, text: string): Config {
  const errors = new ErrorCollector();
  const origin = { name: 'resolved.yaml', folder: process.cwd() };
  const tree = parseYaml(resolved, origin, errors) as MapNode | HoleNode;
  return toConfig(tree, errors, { text, name: '' });
}

/**
 * The config of one trial of a sweep. Trials with different seeds have the split of the sweep's own seed.
 * @throws ConfigError if a setting has a wrong path.
 */
export function configOfTrial({ text, experiment, source }: Config, settings: Settings): Config {
  const { written } = source;
  const changed = Object.entries(settings).reduce(
    (tree, [name, value]) => {
      const place = placeOf(written, ['sweep', 'parameters', name], true);
      return setValue(tree, { path: parsePath(name) ?? [], value: fromJson(value, place), place });
    },
    withoutEntry(written, 'sweep'),
  );
  const trial = toConfig(changed, new ErrorCollector(), { text, name: experiment.name });
  if (settings.seed === undefined) return trial;
  const { data } = trial.experiment;
  const split = { ...data, splitSeed: data.splitSeed ?? experiment.seed };
  return { ...trial, experiment: { ...trial.experiment, data: split } };
}

/** @param written the tree before variables are replaced. */
function toConfig(
  written: MapNode | HoleNode,
  errors: ErrorCollector,
  { text, name }: { readonly text: string; readonly name: string },
): Config {
  const tree = written.kind === 'map' ? interpolate(written, errors) : written;
  if (written.kind === 'hole' || tree.kind === 'hole') throw new ConfigError(errors.all);
  const source = new SourceMap(written, tree, errors);
  const { values, problems, wrong } = repair(toJson(tree));
  if (values === null) throw source.errorAt(problems);
  const file = values as unknown as ExperimentFile;
  const forbidden: Problem[] = [];
  const resolvePath = pathResolver(
    (path) => placeOf(tree, path).origin.folder,
    (problem) => forbidden.push(problem),
  );
  const experiment = normalize(file, { name, resolvePath });
  return {
    file,
    experiment,
    sweep: file.sweep ? normalizeSweep(file.sweep) : null,
    launcher: normalizeLauncher(file),
    text,
    source,
    problems: [...problems, ...forbidden],
    wrong: [...wrong, ...forbidden.map(({ path }) => path)],
  };
}
