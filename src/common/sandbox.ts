import { realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { InputError } from './errors.ts';

/*
 * `--offline` and `--sandboxed`: what an experiment file of a stranger may reach. The processes of a sweep inherit both as
 * variables of the environment.
 */

const OFFLINE = 'CIFAR_RUN_OFFLINE';
const SANDBOX = 'CIFAR_RUN_SANDBOX';

/** Forbids all requests to the network. */
export function goOffline(): void {
  process.env[OFFLINE] = '1';
}

/**
 * @param wanted a URL or package
 * @throws InputError with `--offline`.
 */
export function requireOnline(wanted: string): void {
  if (!process.env[OFFLINE]) return;
  throw new InputError(
    `${wanted} is not in the cache, and --offline forbids to download it; run once without --offline`,
  );
}

/** Forbids to read what an experiment names outside these folders, and all requests to the network. */
export function enterSandbox(folders: readonly string[]): void {
  goOffline();
  process.env[SANDBOX] = JSON.stringify(folders.map(realPath));
}

export function isSandboxed(): boolean {
  return process.env[SANDBOX] !== undefined;
}

/** @throws InputError with `--sandboxed`, if a path leads out of the folders, also by links. */
export function requireAllowed(path: string): void {
  const { [SANDBOX]: allowed } = process.env;
  if (allowed === undefined) return;
  const real = realPath(path);
  const folders: string[] = JSON.parse(allowed);
  if (folders.some((folder) => real === folder || real.startsWith(withSeparator(folder)))) return;
  throw new InputError(
    `${path} is outside of what --sandboxed allows: the folder of the experiment file, the folder of runs and the cache`,
  );
}

function withSeparator(folder: string): string {
  return folder.endsWith(sep) ? folder : folder + sep;
}

/** The path without links; of a path that does not exist, as far as it exists. */
function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    const parent = resolve(absolute, '..');
    if (parent === absolute) return absolute;
    return resolve(realPath(parent), absolute.slice(withSeparator(parent).length));
  }
}
