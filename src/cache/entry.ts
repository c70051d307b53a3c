import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { writeAtomic } from '../common/files.ts';
import { hashFile } from './hash.ts';

/** The file that lists the other files of an entry. It is written last. */
const MANIFEST_NAME = 'entry.json';
/** A use mark is stale when its process has not touched it for this time. */
const STALE_MS = 60_000;

interface Manifest {
  /** A description for users. */
  readonly label: string;
  readonly files: Readonly<Record<string, FileRecord>>;
}

interface FileRecord {
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** `sha256:…` */
  readonly hash: string;
}

/** An entry in the list of the store. */
export interface StoredEntry {
  readonly key: string;
  readonly label: string;
  readonly bytes: number;
  /** The time of the last use, in milliseconds since 1970. */
  readonly used: number;
  /** A running process uses it. */
  readonly held: boolean;
}

/** Records sizes, times and hashes of the files in a folder. */
export async function writeManifest(folder: string, label: string): Promise<void> {
  const names = await readdir(folder);
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { size, mtimeMs } = await stat(path);
      return [name, { bytes: size, modified: mtimeMs, hash: await hashFile(path, 'sha256') }];
    }),
  );
  const manifest: Manifest = { label, files: Object.fromEntries(files) };
  await writeAtomic(join(folder, MANIFEST_NAME), JSON.stringify(manifest));
}

/** Compares the files of an entry with its manifest. Files with another modification time are hashed. */
export async function isIntact(folder: string): Promise<boolean> {
  const manifest = await readManifest(folder);
  if (!manifest) return false;
  for (const [name, record] of Object.entries(manifest.files)) {
    if (!(await isUnchanged(join(folder, name), record))) return false;
  }
  return true;
}

async function isUnchanged(path: string, { bytes, modified, hash }: FileRecord): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  if (stats?.size !== bytes) return false;
  if (stats.mtimeMs === modified) return true;
  if ((await hashFile(path, 'sha256')) !== hash) return false;
  // The entry was copied. With the recorded time it need not be hashed again.
  await utimes(path, new Date(), modified / 1000);
  return true;
}

/** Records the time of use and protects an entry from removal, until the returned function is called. */
export async function markInUse(folder: string): Promise<() => Promise<void>> {
  const now = new Date();
  await utimes(join(folder, MANIFEST_NAME), now, now);
  const release = await lockfile.lock(join(folder, `hold-${randomBytes(4).toString('hex')}`), {
    realpath: false,
    stale: STALE_MS,
    // The default handler throws if a user deletes the folder.
    onCompromised() {},
  });
  return () => release().catch(() => {});
}

export async function isInUse(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  const marks = names.filter((name) => /^hold-.*\.lock$/.test(name));
  const alive = marks.map((name) =>
    lockfile
      .check(join(folder, name.slice(0, -'.lock'.length)), { realpath: false, stale: STALE_MS })
      .catch(() => false),
  );
  return (await Promise.all(alive)).includes(true);
}

/** Returns `null` if the folder contains no complete entry. */
export async function readEntry(folder: string, key: string): Promise<StoredEntry | null> {
  const manifest = await readManifest(folder);
  const stats = await stat(join(folder, MANIFEST_NAME)).catch(() => null);
  if (!manifest || !stats) return null;
  const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
  const held = await isInUse(folder);
  return { key, label: manifest.label, bytes, used: stats.mtimeMs, held };
}

async function readManifest(folder: string): Promise<Manifest | null> {
  try {
    return JSON.parse(await readFile(join(folder, MANIFEST_NAME), 'utf8')) as Manifest;
  } catch {
    return null;
  }
}
