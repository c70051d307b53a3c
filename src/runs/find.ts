import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '../common/errors.ts';
import { bestOf, metricOf, toColumns } from '../experiment/metrics.ts';
import type { FindRunModel } from '../model/source.ts';
import { DamagedError, readRecord } from '../run-folder/read-record.ts';
import { nameOf, type RunPlace, runPlaces } from './places.ts';

/** As many as an error lists. */
const LISTED = 5;

/**
 * Path of the folder of the run that a person names: a path, `latest`, `latest~1` for the one before,
 * `best:val_accuracy`, or what an id or a folder's name begins with and no other does; with an
 * experiment before it, as in `quickstart/latest`, among its runs alone.
 *
 * @param runs folder that holds all runs.
 * @throws InputError when there is no such run, or more than one.
 */
export async function findRun(reference: string, runs: string): Promise<string> {
  if (await isRun(reference)) return reference;
  const [name = '', experiment, ...more] = reference.split('/').reverse();
  if (more.length > 0) throw new InputError(`there is no run at ${reference}`);
  const places = await runPlaces(runs, experiment);
  if (places.length === 0) {
    throw new InputError(
      `there is no run${experiment ? ` of ${experiment}` : ''} in ${runs}. Received: ${reference}`,
    );
  }
  return (await choose(name, places)).path;
}

/**
 * Path of the `model.json` of a finished run.
 * @throws InputError when there is no such run, or it has not finished.
 */
export async function modelOfRun(reference: string, runs: string): Promise<string> {
  const run = await findRun(reference, runs);
  const path = join(run, 'model', 'model.json');
  if (await exists(path)) return path;
  throw new InputError(`${run} is no folder of a finished run: it holds no model/model.json`);
}

/** A function that finds the models of the runs in a folder. */
export function runModelsIn(runs: string): FindRunModel {
  return (reference) => modelOfRun(reference, runs);
}

async function choose(name: string, places: readonly RunPlace[]): Promise<RunPlace> {
  const latest = /^latest(?:~(\d+))?$/.exec(name);
  if (latest) return before(places, Number(latest[1] ?? 0));
  if (name.startsWith('best:')) return bestBy(name.slice('best:'.length), places);
  return beginningWith(name, places);
}

function before(places: readonly RunPlace[], back: number): RunPlace {
  const place = places.at(-1 - back);
  if (place) return place;
  throw new InputError(
    `the first of ${places.length} runs is latest~${places.length - 1}. Received: latest~${back}`,
  );
}

function beginningWith(prefix: string, places: readonly RunPlace[]): RunPlace {
  const [place, ...more] = places.filter(
    ({ id, path }) => prefix && (id.startsWith(prefix) || basename(path).startsWith(prefix)),
  );
  if (!place) {
    const latest = places.slice(-LISTED).reverse();
    throw new InputError(`no run is named ${prefix || 'so'}; the latest are ${listed(latest)}`);
  }
  if (more.length === 0) return place;
  const all = [place, ...more];
  throw new InputError(`${prefix} names ${all.length} runs: ${listed(all)}`);
}

async function bestBy(metric: string, places: readonly RunPlace[]): Promise<RunPlace> {
  const known = new Set<string>();
  const finished: { place: RunPlace; value: number | undefined }[] = [];
  for (const place of places) {
    const metrics = await finalValidation(place.path).catch(ifDamaged);
    for (const name of Object.keys(metrics)) known.add(name);
    finished.push({ place, value: metrics[metric] });
  }
  const best = bestOf(finished, metricOf(metric).goal, ({ value }) => value);
  if (best) return best.place;
  const names = known.size > 0 ? `there are ${[...known].join(', ')}` : 'no run has finished yet';
  throw new InputError(`no finished run has the metric ${metric}; ${names}`);
}

interface Summary {
  readonly validation: Readonly<Record<string, number | null>>;
}

/** `val_loss`, `val_accuracy`, … of a finished run's model; empty for others. @throws DamagedError */
export async function finalValidation(run: string): Promise<Record<string, number>> {
  const summary = await readRecord<Summary>(join(run, 'summary.json'), 'validation');
  const numbers = Object.entries(summary?.validation ?? {}).filter(
    (entry): entry is [string, number] => entry[1] !== null,
  );
  return toColumns({ validation: Object.fromEntries(numbers) });
}

/** Such a run is not the best of any. */
function ifDamaged(error: unknown): Record<string, number> {
  if (error instanceof DamagedError) return {};
  throw error;
}

/** A run has a status; a model that was copied without the rest of its run will do as well. */
async function isRun(path: string): Promise<boolean> {
  return (await exists(join(path, 'status.json'))) || exists(join(path, 'model', 'model.json'));
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

function listed(places: readonly RunPlace[]): string {
  return places.map(nameOf).join(', ');
}
