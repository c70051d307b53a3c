import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { writeAtomic } from '../common/files.ts';

/**
 * Returns the folder of files that all runs share: the engine, downloaded data and weights, computed features.
 * `CIFAR_RUN_CACHE` if set; else `$XDG_CACHE_HOME/cifar-run`, `~/.cache/cifar-run`, or
 * `~/Library/Caches/cifar-run` on macOS. The folder may not exist yet.
 */
export function cacheFolder(): string {
  return resolve(process.env.CIFAR_RUN_CACHE || envPaths('cifar-run', { suffix: '' }).cache);
}

/** Reads the JSON file `<kind>/<name>.json` of the cache; `null` if it cannot be read. */
export async function readNote(kind: string, name: string): Promise<unknown> {
  return readFile(pathOf(kind, name), 'utf8')
    .then(JSON.parse)
    .catch(() => null);
}

/** Writes the JSON file `<kind>/<name>.json` of the cache. Errors are ignored: without the note a result is computed again. */
export async function writeNote(kind: string, name: string, content: object): Promise<void> {
  const path = pathOf(kind, name);
  await mkdir(dirname(path), { recursive: true })
    .then(() => writeAtomic(path, JSON.stringify(content)))
    .catch(() => {});
}

function pathOf(kind: string, name: string): string {
  return join(cacheFolder(), kind, `${name}.json`);
}
