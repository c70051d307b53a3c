import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ComparedRun } from '../analysis/compared-run.ts';
import { normalizePath } from '../analysis/settings.ts';
import { type ComparedSweep, summarizeSweep } from '../analysis/sweep-summary.ts';
import { InputError } from '../common/errors.ts';
import { readSettings } from '../run-folder/experiment-files.ts';
import { parseRunPath, type RunPlace, runName } from '../run-folder/run-folder.ts';
import { readSweep, type Trial } from '../run-folder/sweep-record.ts';
import { findRun, isRun } from './find.ts';
import { readListedRun } from './listed.ts';
import { listRuns } from './places.ts';

/** A sweep and its folder. */
export interface SweepInFolder extends ComparedSweep {
  readonly folder: string;
}

/** Runs to compare. */
export interface ComparedRuns {
  readonly runs: readonly ComparedRun[];
  /** The sweep, if the runs are those of a single sweep. */
  readonly sweep: SweepInFolder | null;
}

/**
 * Resolves and reads references to runs, experiments (all their runs) and sweeps (the runs in sweep.json).
 * @param runs folder that contains all runs.
 * @throws InputError if a reference resolves to nothing.
 */
export async function readComparedRuns(
  references: readonly string[],
  runs: string,
): Promise<ComparedRuns> {
  const compared: ComparedRun[] = [];
  for (const reference of references) {
    const folder = await findExperimentFolder(reference, runs);
    const sweep = folder === null ? null : await readComparedSweep(folder);
    if (sweep && references.length === 1) return { runs: sweep.runs, sweep };
    if (sweep) compared.push(...sweep.runs);
    else if (folder) compared.push(...(await readExperimentRuns(folder)));
    else compared.push(await readRunAt(await findRun(reference, runs)));
  }
  return { runs: compared, sweep: null };
}

/** Reads the sweep of a name; `null` if it is not one. @param runs folder that contains all runs. */
export async function readSweepByName(name: string, runs: string): Promise<SweepInFolder | null> {
  const folder = await findExperimentFolder(name, runs);
  return folder === null ? null : readComparedSweep(folder);
}

/** Reads the sweep in a folder; `null` if there is none. */
export async function readComparedSweep(folder: string): Promise<SweepInFolder | null> {
  const sweep = await readSweep(folder);
  if (sweep === null) return null;
  const { name, metric, runs: trials } = sweep;
  const paths = trials.flatMap(({ settings }) => Object.keys(settings)).map(normalizePath);
  const parameters = [...new Set(paths)].filter((path) => path !== 'seed');
  const runs = await Promise.all(trials.map((trial) => readTrial(trial, folder)));
  return { folder, name, metric, parameters, runs };
}

/**
 * Writes the summary of the sweep in a folder: cells.csv and charts.
 * @returns the names of the files; none if there is no sweep in the folder.
 */
export async function writeSweepSummary(folder: string): Promise<string[]> {
  const sweep = await readComparedSweep(folder);
  if (sweep === null) return [];
  // The charts are loaded only here.
  const { writeSummaryFiles } = await import('../run-folder/sweep-summary.ts');
  return writeSummaryFiles(folder, summarizeSweep(sweep));
}

/** Reads a run except for its settings, which take the longest to read. */
export async function readWithoutSettings(place: RunPlace): Promise<ComparedRun> {
  const { path, experiment, id, started, state, error, epochs, seconds, metrics } =
    await readListedRun(place);
  return {
    facts: {
      run: runName(path),
      experiment,
      id,
      started,
      status: state,
      error,
      epochs,
      seconds,
      folder: path,
    },
    settings: {},
    metrics: finiteValues(metrics),
  };
}

/** A trial that has not started has no folder, but the settings that the sweep gives it. */
async function readTrial(trial: Trial, sweepFolder: string): Promise<ComparedRun> {
  const { run, id, state, folder, error } = trial;
  const given = Object.entries(trial.settings).map(([path, value]) => [normalizePath(path), value]);
  const settings = Object.fromEntries(given);
  if (folder === null) {
    const facts = { run: `${basename(sweepFolder)} run ${run}`, id, status: state, error };
    return { facts, settings, metrics: {} };
  }
  const read = await readRunAt(join(sweepFolder, folder));
  return {
    ...read,
    settings: { ...read.settings, ...settings },
    metrics: { ...finiteValues(trial.metrics ?? {}), ...read.metrics },
  };
}

async function readRunAt(path: string): Promise<ComparedRun> {
  const unnamed = { path, experiment: basename(dirname(path)), id: '', started: '' };
  return readComparedRun(parseRunPath(path) ?? unnamed);
}

async function readExperimentRuns(folder: string): Promise<ComparedRun[]> {
  const places = await listRuns(dirname(folder), basename(folder));
  if (places.length === 0) throw new InputError(`there is no run in ${folder}`);
  return Promise.all(places.map(readComparedRun));
}

async function readComparedRun(place: RunPlace): Promise<ComparedRun> {
  return { ...(await readWithoutSettings(place)), settings: await readSettings(place.path) };
}

function finiteValues(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

/** Finds the folder of an experiment by its name or path; `null` if it is not one. */
export async function findExperimentFolder(
  reference: string,
  runs: string,
): Promise<string | null> {
  for (const path of [join(runs, reference), reference]) {
    const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
    if (isFolder && parseRunPath(path) === null && !(await isRun(path))) return path;
  }
  return null;
}
