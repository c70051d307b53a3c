import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../common/errors.ts';
import { shellLine } from '../common/format.ts';
import { parseRunPath, type RunPlace } from '../run-folder/run-folder.ts';

/** The default folder of all runs, relative to the working directory. */
export const RUNS: string = 'runs';

/**
 * A command for a shell: `cifar-run resume quickstart/latest`. It starts with `npx` if npm has started this program, which is
 * then not on the path.
 *
 * @param runs the folder of runs that the command looks into
 */
export function commandLine(words: readonly string[], runs = RUNS): string {
  const program = process.env.npm_command === undefined ? ['cifar-run'] : ['npx', 'cifar-run'];
  const shell = process.platform === 'win32' ? 'windows' : 'posix';
  return shellLine([...program, ...words, ...(runs === RUNS ? [] : ['--runs', runs])], shell);
}

/**
 * Lists all runs in a folder of runs, oldest first.
 * @param experiment lists only the runs of the experiment of this name.
 */
export async function listRuns(runs: string, experiment?: string): Promise<RunPlace[]> {
  const experiments = experiment === undefined ? await listExperiments(runs) : [experiment];
  const places = await Promise.all(
    experiments.map(async (name) => {
      const folders = await foldersIn(join(runs, name));
      return folders.map((folder) => parseRunPath(join(runs, name, folder)));
    }),
  );
  const found = places.flat().filter((place) => place !== null);
  return found.toSorted((a, b) => compare(a.started, b.started) || compare(a.path, b.path));
}

/** Lists the folders of experiments in a folder of runs. */
export function listExperiments(runs: string): Promise<string[]> {
  return foldersIn(runs);
}

/** Lists the runs of one id, of any experiment, latest first. */
export async function runsOfId(id: string, runs: string): Promise<RunPlace[]> {
  return (await listRuns(runs)).filter((place) => place.id === id).reverse();
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(ifMissing);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function ifMissing(error: NodeJS.ErrnoException): Dirent[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw new InputError(`cannot read the runs: ${error.message}`, { cause: error });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
