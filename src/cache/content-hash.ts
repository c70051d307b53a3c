import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { statOf, walk } from '../common/files.ts';
import { keepNote, readNote } from './cache-folder.ts';
import { hashFile } from './download.ts';

/** What was written so lately may change again within the same tick of its file system's clock. */
const SETTLED_MS = 2000;

/** So many files are read before anything else may happen. */
const AT_ONCE = 256;

interface Listed {
  /** Where in its folder; the same wherever that is. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * SHA-256 of what files hold, or folders with all that is in them: names within a folder count, where it is
 * and when it was written do not. Files are read once; as long as their names, sizes and times stay the same,
 * what was found then is taken from the cache. `null` when one of them is not there.
 */
export async function contentHash(paths: readonly string[]): Promise<string | null> {
  const listed = await Promise.all(paths.map(list));
  if (listed.includes(null)) return null;
  const files = listed.flatMap((each) => each ?? []);
  const stamp = digest(files);
  const name = digest(paths.map((path) => resolve(path)));
  const known = (await readNote('hashes', name)) as { stamp?: unknown; hash?: unknown } | null;
  if (known?.stamp === stamp && typeof known.hash === 'string') return known.hash;
  const hashes: (readonly [name: string, hash: string])[] = [];
  for (const [i, { name, path }] of files.entries()) {
    hashes.push([name, await hashFile(path, 'sha256')]);
    // Small files are read without waiting: signals come through in between.
    if (i % AT_ONCE === 0) await setImmediate();
  }
  const hash = digest(hashes);
  const latest = Math.max(0, ...files.map(({ mtimeMs }) => mtimeMs));
  if (Date.now() - latest > SETTLED_MS) await keepNote('hashes', name, { stamp, hash });
  return hash;
}

async function list(path: string): Promise<Listed[] | null> {
  const found = statOf(path);
  if (!found) return null;
  if (!found.isDirectory()) return [listed('', path, found)];
  const names = (await walk(path)).filter((name) => !name.endsWith('/')).sort();
  return names.flatMap((name) => {
    const file = join(path, name);
    const found = statOf(file);
    // Links that lead nowhere hold nothing.
    return found ? [listed(`/${name}`, file, found)] : [];
  });
}

function listed(name: string, path: string, { size, mtimeMs }: Stats): Listed {
  return { name, path, size, mtimeMs };
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
