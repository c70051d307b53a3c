import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { writeAtomic } from '../common/files.ts';

/**
 * Returns the folder of files that all runs share: the engine, downloaded data and weights, computed features.
 * `CIFAR_RUN_CACHE` if set; else `$XDG_CACHE_HOME/cifar-run`, `~/.cache/cifar-run`,
 * `~/Library/Caches/cifar-run` on macOS, or `%LOCALAPPDATA%\cifar-run\Cache` on Windows. The folder may not exist yet.
 */
export function cacheFolder(): string {
  return resolve(process.env.CIFAR_RUN_CACHE || envPaths('cifar-run', { suffix: '' }).cache);
}

/**
 * Returns the path at which the cache stores the file at a URL. Each URL has a folder of its own: another scheme, port, path
 * or query is another file. The name is the last part of the path, without characters that a file system could interpret.
 */
export function cachedFilePath(kind: string, url: string): string {
  const { href, hash, pathname } = new URL(url);
  const key = createHash('sha256')
    .update(href.slice(0, href.length - hash.length))
    .digest('hex');
  const last = pathname.slice(pathname.lastIndexOf('/') + 1);
  const name = last.replaceAll(/[^\w.-]/g, '_').slice(-MAX_NAME_LENGTH);
  return join(cacheFolder(), kind, key.slice(0, 16), /^\.*$/.test(name) ? 'file' : name);
}

/** Longer names would not fit into the 255 bytes of most file systems, with the suffix of an incomplete download. */
const MAX_NAME_LENGTH = 200;

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
