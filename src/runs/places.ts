import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../common/errors.ts';

/** Folder that holds all runs where no other is given, relative to the working directory. */
export const RUNS = 'runs';

/** Where a run is, and what its folder's name says of it. */
export interface RunPlace {
  readonly path: string;
  /** The experiment's name. */
  readonly experiment: string;
  readonly id: string;
  /** UTC, ISO 8601, to the second. */
  readonly started: string;
}

/**
 * All runs in a folder of runs, the oldest first.
 * @param experiment only those of the experiment of this name.
 */
export async function runPlaces(runs: string, experiment?: string): Promise<RunPlace[]> {
  const experiments = experiment === undefined ? await foldersIn(runs) : [experiment];
  const places = await Promise.all(
    experiments.map(async (name) => {
      const folders = await foldersIn(join(runs, name));
      return folders.map((folder) => placeAt(join(runs, name, folder)));
    }),
  );
  const found = places.flat().filter((place) => place !== null);
  return found.toSorted((a, b) => order(a.started, b.started) || order(a.path, b.path));
}

/** What `<experiment>/<UTC time>-<id>` says; `null` for a folder that is not named as runs are. */
export function placeAt(path: string): RunPlace | null {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z-([0-9a-f]+)$/.exec(basename(path));
  if (!match) return null;
  const [, date, hours, minutes, seconds, id = ''] = match;
  const experiment = basename(dirname(resolve(path)));
  return { path, experiment, id, started: `${date}T${hours}:${minutes}:${seconds}Z` };
}

/** As people name a run: `quickstart/2026-01-31T12-05-09Z-0123abcd`. */
export function nameOf({ path, experiment }: RunPlace): string {
  return `${experiment}/${basename(path)}`;
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(ifMissing);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function ifMissing(error: NodeJS.ErrnoException): Dirent[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw new InputError(`cannot read the runs: ${error.message}`, { cause: error });
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
