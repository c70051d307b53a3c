import { stat } from 'node:fs/promises';
import { basename, sep } from 'node:path';
import { InputError } from '../common/errors.ts';
import { bestOf, metricOf } from '../experiment/metrics.ts';
import { modelPath } from '../run-folder/model.ts';
import { UnreadableFileError } from '../run-folder/run-file.ts';
import { type RunPlace, runName } from '../run-folder/run-folder.ts';
import { statusPath } from '../run-folder/status.ts';
import { listRuns } from './places.ts';

/** The most runs that an error lists. */
const MAX_LISTED = 5;

/**
 * Resolves a reference to a run and returns the path of its folder. A reference is a path; `latest`, or `latest~1` for
 * the one before; `best:val_accuracy`; or the unique beginning of an id or of a folder's name. An experiment before it
 * restricts it to that experiment's runs: `quickstart/latest`.
 *
 * @param runs folder that contains all runs.
 * @throws InputError if there is no such run, or more than one.
 */
export async function findRun(reference: string, runs: string): Promise<string> {
  if (await isRun(reference)) return reference;
  const [name = '', experiment, ...more] = reference.split(sep === '/' ? sep : /[\\/]/).reverse();
  if (more.length > 0) throw new InputError(`there is no run at ${reference}`);
  const places = await listRuns(runs, experiment);
  if (places.length === 0) {
    throw new InputError(
      `there is no run${experiment ? ` of ${experiment}` : ''} in ${runs}. Received: ${reference}`,
    );
  }
  return (await resolveName(name, places)).path;
}

/**
 * Resolves a reference to a run and returns the path of its `model.json`.
 * @throws InputError if there is no such run, or it has not finished.
 */
export async function modelOfRun(reference: string, runs: string): Promise<string> {
  const run = await findRun(reference, runs);
  const path = modelPath(run);
  if (await exists(path)) return path;
  throw new InputError(`${run} is not the folder of a finished run: it has no model/model.json`);
}

/** A run's folder has a status.json. The folder of a model that was copied without the rest of its run counts too. */
export async function isRun(path: string): Promise<boolean> {
  return (await exists(statusPath(path))) || exists(modelPath(path));
}

async function resolveName(name: string, places: readonly RunPlace[]): Promise<RunPlace> {
  const latest = /^latest(?:~(\d+))?$/.exec(name);
  if (latest) return latestRun(places, Number(latest[1] ?? 0));
  if (name.startsWith('best:')) return bestRun(name.slice('best:'.length), places);
  return runByPrefix(name, places);
}

function latestRun(places: readonly RunPlace[], back: number): RunPlace {
  const place = places.at(-1 - back);
  if (place) return place;
  throw new InputError(
    `the first of ${places.length} runs is latest~${places.length - 1}. Received: latest~${back}`,
  );
}

async function bestRun(metric: string, places: readonly RunPlace[]): Promise<RunPlace> {
  // `check` finds runs too, and must not load CSV libraries.
  const { readFinalValidation } = await import('../run-folder/summary.ts');
  const known = new Set<string>();
  const candidates: { place: RunPlace; value: number | undefined }[] = [];
  for (const place of places) {
    const metrics = await readFinalValidation(place.path).catch(ifUnreadable);
    for (const name of Object.keys(metrics)) known.add(name);
    candidates.push({ place, value: metrics[metric] });
  }
  const best = bestOf(candidates, metricOf(metric).goal, ({ value }) => value);
  if (best) return best.place;
  const names = known.size > 0 ? `there are ${[...known].join(', ')}` : 'no run has finished yet';
  throw new InputError(`no finished run has the metric ${metric}; ${names}`);
}

/** A run with unreadable files is not the best one. */
function ifUnreadable(error: unknown): Record<string, number> {
  if (error instanceof UnreadableFileError) return {};
  throw error;
}

function runByPrefix(prefix: string, places: readonly RunPlace[]): RunPlace {
  const [place, ...more] = places.filter(
    ({ id, path }) => prefix && (id.startsWith(prefix) || basename(path).startsWith(prefix)),
  );
  if (!place) {
    const latest = places.slice(-MAX_LISTED).reverse();
    throw new InputError(`no run is named ${prefix || 'so'}; the latest are ${namesOf(latest)}`);
  }
  if (more.length === 0) return place;
  const all = [place, ...more];
  throw new InputError(`${prefix} names ${all.length} runs: ${namesOf(all)}`);
}

function namesOf(places: readonly RunPlace[]): string {
  return places.map(({ path }) => runName(path)).join(', ');
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
