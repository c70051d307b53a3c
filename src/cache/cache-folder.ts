import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { InputError } from '../common/errors.ts';
import { writeAtomic } from '../common/write-atomic.ts';

/**
 * Folder of what is fetched once and used by every run: the engine, data, weights. `CIFAR_RUN_CACHE`
 * if set; else `$XDG_CACHE_HOME/cifar-run`, `~/.cache/cifar-run`, or `~/Library/Caches/cifar-run` on
 * macOS. It may not exist yet.
 */
export function cacheFolder(): string {
  return resolve(process.env.CIFAR_RUN_CACHE || envPaths('cifar-run', { suffix: '' }).cache);
}

const units: Readonly<Record<string, number>> = { '': 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };
const defaultLimit = 20e9;

/**
 * Bytes that may be kept of what was computed once: `CIFAR_RUN_CACHE_SIZE`, e.g. `500MB`; else 20 GB.
 *
 * @throws InputError when the variable is not a size.
 */
export function storeLimit(): number {
  const given = process.env.CIFAR_RUN_CACHE_SIZE;
  if (!given) return defaultLimit;
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]?b)?$/i.exec(given.trim()) ?? [];
  if (digits === undefined)
    throw new InputError(
      `CIFAR_RUN_CACHE_SIZE: a size in bytes, kB, MB, GB or TB, e.g. 20GB. Received: "${given}"`,
    );
  return Number(digits) * (units[unit.toLowerCase()] ?? 1);
}

/** What was found out once, as JSON under `<kind>/<name>.json` in the cache's folder; `null` if nothing is known. */
export async function readNote(kind: string, name: string): Promise<unknown> {
  return readFile(pathOf(kind, name), 'utf8')
    .then(JSON.parse)
    .catch(() => null);
}

/** A cache that cannot be written costs time only. */
export async function keepNote(kind: string, name: string, content: object): Promise<void> {
  const path = pathOf(kind, name);
  await mkdir(dirname(path), { recursive: true })
    .then(() => writeAtomic(path, JSON.stringify(content)))
    .catch(() => {});
}

function pathOf(kind: string, name: string): string {
  return join(cacheFolder(), kind, `${name}.json`);
}
