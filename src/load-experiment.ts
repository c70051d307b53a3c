import { InputError } from './common/errors.ts';
import {
  type Config,
  configOfTrial,
  readConfig,
  readResolvedConfig,
  type SourceMap,
} from './config/config.ts';
import type { Overrides } from './config/overrides.ts';
import { ConfigError } from './config/source-errors.ts';
import { listTrials, showSettings } from './config/trials.ts';
import type { Experiment, Settings } from './experiment/experiment.ts';
import { type Problem, showPath } from './experiment/problem.ts';
import { checkRules } from './rules/rules.ts';

/** An experiment that is valid as far as its file alone shows. */
export interface LoadedExperiment {
  /** Plain JSON, which can be sent to other processes. */
  readonly experiment: Experiment;
  /** The text of the experiment file as written. */
  readonly text: string;
  /** `null` in a process that received the experiment as JSON. */
  readonly source: SourceMap | null;
}

/** An experiment with its sweep and launcher, as its file states them. */
export interface LoadedFile extends LoadedExperiment, Pick<Config, 'sweep' | 'launcher'> {
  readonly config: Config;
}

/**
 * Loads an experiment file: config → rules. The file is read with the files that it extends, the overrides of the
 * command line and its variables; then it is checked by the schema and all rules.
 * @throws InputError with a line for each error: `file:line:column  path  message`.
 */
export async function loadExperiment(file: string, overrides: Overrides): Promise<LoadedFile> {
  return checked(await readConfig(file, overrides));
}

/** Loads the experiment of a run from the text of its resolved.yaml and experiment.yaml. */
export function loadResolved(resolved: string, text: string): LoadedFile {
  return checked(readResolvedConfig(resolved, text));
}

/** Loads one trial of a sweep. @throws InputError if the experiment is wrong with these settings. */
export function loadTrial({ config }: LoadedFile, settings: Settings): LoadedExperiment {
  return checked(configOfTrial(config, settings));
}

/** The error that lists problems of an experiment at their places, as far as these are known. */
export function problemsError(
  { source }: Pick<LoadedExperiment, 'source'>,
  problems: readonly Problem[],
): InputError {
  if (source) return source.errorAt(problems);
  return new InputError(
    problems.map(({ path, message }) => `${showPath(path)}  ${message}`).join('\n'),
  );
}

function checked(config: Config): LoadedFile {
  const { experiment, text, source, sweep, launcher } = config;
  const problems = findProblems(config);
  if (problems.length > 0 || source.errors.all.length > 0) {
    throw source.errorAt([...problems, ...trialProblems(config, problems)]);
  }
  return { experiment, text, source, sweep, launcher, config };
}

function findProblems(config: Config): Problem[] {
  return [...config.problems, ...checkRules(config)];
}

/** The most trials that are checked in an experiment that has errors anyway. */
const CHECKED_TRIALS = 100;

/** Problems that appear only in trials. If the experiment itself is valid, its trials are checked when planned. */
function trialProblems(config: Config, problems: readonly Problem[]): Problem[] {
  const isSweepWrong = problems.some(({ path }) => path[0] === 'sweep');
  if (!config.sweep || isSweepWrong) return [];
  const known = new Set(problems.map(toLine));
  return trialsOf(config).flatMap((settings) =>
    problemsOfTrial(config, settings)
      .filter((each) => !known.has(toLine(each)) && known.add(toLine(each)))
      .map((each) => ({ ...each, message: `${each.message} (with ${showSettings(settings)})` })),
  );
}

function trialsOf({ sweep, experiment }: Config): Settings[] {
  try {
    return sweep ? listTrials(sweep, experiment.seed).slice(0, CHECKED_TRIALS) : [];
  } catch (error) {
    // Too many trials: that is reported once the other errors are gone.
    if (error instanceof InputError) return [];
    throw error;
  }
}

function problemsOfTrial(config: Config, settings: Settings): Problem[] {
  try {
    return findProblems(configOfTrial(config, settings));
  } catch (error) {
    // A setting below a value that is wrong itself.
    if (error instanceof ConfigError) return [];
    throw error;
  }
}

function toLine({ path, message }: Problem): string {
  return `${showPath(path)} ${message}`;
}
