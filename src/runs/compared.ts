import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { ComparedRun } from '../analysis/compared-run.ts';
import { flatSettings, spelled } from '../analysis/settings.ts';
import type { ComparedSweep } from '../analysis/sweep-summary.ts';
import { InputError } from '../common/errors.ts';
import type { Json } from '../common/json.ts';
import type { SweepRun } from '../run-folder/sweep-record.ts';
import { findRun } from './find.ts';
import { listedRun } from './listed.ts';
import { nameOf, placeAt, type RunPlace, runPlaces } from './places.ts';

/** Runs to be compared. */
export interface ComparedRuns {
  readonly runs: readonly ComparedRun[];
  /** If they are one sweep, this. */
  readonly sweep: (ComparedSweep & { readonly folder: string }) | null;
}

/**
 * What people name: runs, experiments (all runs of each) and sweeps (what sweep.json lists).
 * @param runs folder that holds all runs.
 * @throws InputError when there is nothing of a name.
 */
export async function comparedRuns(
  references: readonly string[],
  runs: string,
): Promise<ComparedRuns> {
  const found: ComparedRun[] = [];
  for (const reference of references) {
    const folder = await experimentFolder(reference, runs);
    const sweep = folder === null ? null : await comparedSweep(folder);
    if (sweep && folder && references.length === 1) return { runs: sweep.runs, sweep };
    if (sweep) found.push(...sweep.runs);
    else if (folder) found.push(...(await runsOf(folder)));
    else found.push(await runAt(await findRun(reference, runs)));
  }
  return { runs: found, sweep: null };
}

/** The sweep of this name; `null` for what is none. @param runs folder that holds all runs. */
export async function sweepNamed(reference: string, runs: string): Promise<ComparedSweep | null> {
  const folder = await experimentFolder(reference, runs);
  return folder === null ? null : comparedSweep(folder);
}

/** The sweep whose sweep.json is in a folder; `null` if there is none. */
export async function comparedSweep(
  folder: string,
): Promise<NonNullable<ComparedRuns['sweep']> | null> {
  const text = await readFile(join(folder, 'sweep.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  const { name, metric, runs } = JSON.parse(text) as SweepFile;
  const compared = await Promise.all(runs.map((run) => sweptRun(run, folder)));
  const names = runs.flatMap(({ settings }) => Object.keys(settings)).map(spelled);
  const parameters = [...new Set(names)].filter((parameter) => parameter !== 'seed');
  return { folder, name, metric, parameters, runs: compared };
}

type SweepFile = Pick<ComparedSweep, 'name' | 'metric'> & { readonly runs: readonly SweepRun[] };

/** One that has not begun has no folder; what the sweep sets is known all the same. */
async function sweptRun(swept: SweepRun, sweepFolder: string): Promise<ComparedRun> {
  const { run, id, state, folder, error } = swept;
  const set = Object.entries(swept.settings).map(([name, value]) => [spelled(name), value]);
  const settings: Record<string, Json> = Object.fromEntries(set);
  if (folder === null) {
    const facts = { run: `${basename(sweepFolder)} run ${run}`, id, status: state, error };
    return { facts, settings, metrics: {} };
  }
  const found = await runAt(join(sweepFolder, folder));
  return {
    ...found,
    settings: { ...found.settings, ...settings },
    metrics: { ...finiteOf(swept.metrics ?? {}), ...found.metrics },
  };
}

async function runAt(path: string): Promise<ComparedRun> {
  const place = placeAt(path) ?? { path, experiment: basename(dirname(path)), id: '', started: '' };
  return comparedRun(place);
}

async function runsOf(folder: string): Promise<ComparedRun[]> {
  const places = await runPlaces(dirname(folder), basename(folder));
  if (places.length === 0) throw new InputError(`there is no run in ${folder}`);
  return Promise.all(places.map(comparedRun));
}

async function comparedRun(place: RunPlace): Promise<ComparedRun> {
  return { ...(await runWithoutSettings(place)), settings: await settingsOf(place.path) };
}

/** All of a run but its settings, which take the longest to read. */
export async function runWithoutSettings(place: RunPlace): Promise<ComparedRun> {
  const { path, experiment, id, started, state, error, epochs, seconds, metrics } =
    await listedRun(place);
  const facts = { run: nameOf(place), experiment, id, started, status: state };
  return {
    facts: { ...facts, error, epochs, seconds, folder: path },
    settings: {},
    metrics: finiteOf(metrics),
  };
}

/** What resolved.yaml in a run's folder sets; nothing where there is none. */
export async function settingsOf(folder: string): Promise<ComparedRun['settings']> {
  const resolved = await readFile(join(folder, 'resolved.yaml'), 'utf8').catch(() => 'null');
  return flatSettings((parse(resolved) as Json) ?? {});
}

function finiteOf(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

/** The folder of an experiment's runs, by its name or path; `null` for what is none. */
async function experimentFolder(reference: string, runs: string): Promise<string | null> {
  for (const path of [join(runs, reference), reference]) {
    const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
    const isRun = (await stat(join(path, 'status.json')).catch(() => null)) !== null;
    const holdsModel = (await stat(join(path, 'model')).catch(() => null)) !== null;
    if (isFolder && !isRun && !holdsModel && placeAt(path) === null) return path;
  }
  return null;
}
