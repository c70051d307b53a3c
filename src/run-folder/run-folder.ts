import { mkdir, mkdtemp, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RunError } from '../common/errors.ts';

const SECOND_MS = 1000;

export interface RunName {
  /** Folder that contains all runs. */
  readonly runs: string;
  /** The experiment's name. */
  readonly name: string;
  /** Hash of everything that determines the result. */
  readonly id: string;
}

/** A run's folder and the facts in its path. */
export interface RunPlace {
  readonly path: string;
  /** The experiment's name. */
  readonly experiment: string;
  readonly id: string;
  /** UTC, ISO 8601, to the second. */
  readonly started: string;
}

/**
 * Creates `<runs>/<name>/<UTC time>-<id>` and returns its path. Two runs never share a folder: a second run of the
 * same id within a second gets the name of the next second.
 * @throws RunError if it cannot be created, for example on a full or read-only disk.
 */
export async function createRunFolder(
  { runs, name, id }: RunName,
  now = new Date(),
): Promise<string> {
  const experiment = await createExperimentFolder(runs, name);
  for (let time = now.getTime(); ; time += SECOND_MS) {
    const path = join(experiment, `${timeStamp(new Date(time))}-${id}`);
    if (await createNew(path)) return path;
  }
}

/**
 * Creates the folder of an experiment's runs and checks that it is writable, before any data is loaded.
 * @returns its path.
 * @throws RunError if it is not writable.
 */
export async function prepareExperimentFolder(runs: string, name: string): Promise<string> {
  const experiment = await createExperimentFolder(runs, name);
  const trial = await mkdtemp(join(experiment, '.trial-')).catch((error) => {
    throw cannotCreate(experiment, error);
  });
  await rmdir(trial);
  return experiment;
}

/** UTC to the second, in characters that every file system allows in a name: `2026-01-31T12-05-09Z`. */
export function timeStamp(time: Date): string {
  return `${time.toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
}

/**
 * Parses the path of a run's folder, the inverse of `createRunFolder`; `null` for a folder that is not named like one.
 */
export function parseRunPath(path: string): RunPlace | null {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z-([0-9a-f]+)$/.exec(basename(path));
  if (!match) return null;
  const [, date, hours, minutes, seconds, id = ''] = match;
  const experiment = experimentOf(path);
  return { path, experiment, id, started: `${date}T${hours}:${minutes}:${seconds}Z` };
}

/** The name of a run: `quickstart/2026-01-31T12-05-09Z-0123abcd`. */
export function runName(path: string): string {
  return `${experimentOf(path)}/${basename(path)}`;
}

function experimentOf(path: string): string {
  return basename(dirname(resolve(path)));
}

/** Returns false if the folder exists. */
async function createNew(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cannotCreate(path, error as Error);
  }
}

async function createExperimentFolder(runs: string, name: string): Promise<string> {
  const folder = join(runs, name);
  await mkdir(runs, { recursive: true }).catch((error) => {
    throw cannotCreate(runs, error);
  });
  // One by one: on a read-only disk, a recursive mkdir reports ENOENT.
  await createNew(folder);
  return folder;
}

function cannotCreate(folder: string, cause: Error): RunError {
  return new RunError(
    `cannot make the folder ${folder}: ${cause.message}. --runs takes a folder that can be written`,
    { cause },
  );
}
