import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { writeAtomic } from './write-atomic.ts';

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
