import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { readSmallFile, statOrNull, walk } from '../common/files.ts';
import { readNote, writeNote } from './cache-folder.ts';

/** `md5:` or `sha256:` and the digest in hexadecimal. */
export type Hash = `md5:${string}` | `sha256:${string}`;

/** Returns the digest of a file in the form of {@link Hash}. */
export async function hashFile(path: string, algorithm: string): Promise<string> {
  const digest = createHash(algorithm);
  const small = readSmallFile(path);
  if (small) return `${algorithm}:${digest.update(small).digest('hex')}`;
  await pipeline(createReadStream(path), digest);
  return `${algorithm}:${digest.digest('hex')}`;
}

/** A newer file may change again without a new modification time, because file systems round the time. */
const SETTLED_MS = 2000;

/** The number of small files that are read before other events are handled. */
const FILES_PER_TICK = 256;

interface HashedFile {
  /** Path relative to the folder that is hashed; empty for a single file. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * Returns a SHA-256 of the contents of files and folders. Names within a folder count; the place of the folder and
 * all times do not. The result is cached as long as names, sizes and modification times stay the same.
 * Pipes and devices have no content. Returns `null` if one of the paths does not exist.
 */
export async function contentHash(paths: readonly string[]): Promise<string | null> {
  const lists = await Promise.all(paths.map(listFiles));
  if (lists.includes(null)) return null;
  const files = lists.flatMap((list) => list ?? []);
  const stamp = digest(files);
  const name = digest(paths.map((path) => resolve(path)));
  const known = (await readNote('hashes', name)) as { stamp?: unknown; hash?: unknown } | null;
  if (known?.stamp === stamp && typeof known.hash === 'string') return known.hash;
  const hashes: (readonly [name: string, hash: string])[] = [];
  for (const [i, { name, path }] of files.entries()) {
    hashes.push([name, await hashFile(path, 'sha256')]);
    // Small files are read synchronously; the pause lets signals through.
    if (i % FILES_PER_TICK === 0) await setImmediate();
  }
  const hash = digest(hashes);
  const latest = files.reduce((time, { mtimeMs }) => Math.max(time, mtimeMs), 0);
  if (Date.now() - latest > SETTLED_MS) await writeNote('hashes', name, { stamp, hash });
  return hash;
}

async function listFiles(path: string): Promise<HashedFile[] | null> {
  const stats = statOrNull(path);
  if (!stats) return null;
  if (!stats.isDirectory()) return stats.isFile() ? [hashedFile('', path, stats)] : null;
  const names = (await walk(path)).filter((name) => !name.endsWith('/')).sort();
  return names.flatMap((name) => {
    const file = join(path, name);
    const stats = statOrNull(file);
    // A broken link has no content.
    return stats?.isFile() ? [hashedFile(`/${name}`, file, stats)] : [];
  });
}

function hashedFile(name: string, path: string, { size, mtimeMs }: Stats): HashedFile {
  return { name, path, size, mtimeMs };
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
