import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { writeAtomic } from '../common/write-atomic.ts';
import { hashFile } from './download.ts';

/** Stands last in the folder of an entry of the store: what its files are. */
const manifestName = 'entry.json';
/** A hold counts until it is released, its process ends or stands still for so long. */
const holdStaleMs = 60_000;

interface Manifest {
  /** What people are told it is. */
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

/** An entry as `list` shows it. */
export interface StoredEntry {
  readonly key: string;
  readonly label: string;
  readonly bytes: number;
  /** When it was last asked for, in milliseconds since 1970. */
  readonly used: number;
  /** Whether a process that lives holds it. */
  readonly held: boolean;
}

/** Writes down what the files of a folder are. */
export async function seal(folder: string, label: string): Promise<void> {
  const names = await readdir(folder);
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { size, mtimeMs } = await stat(path);
      return [name, { bytes: size, modified: mtimeMs, hash: await hashFile(path, 'sha256') }];
    }),
  );
  const manifest: Manifest = { label, files: Object.fromEntries(files) };
  await writeAtomic(join(folder, manifestName), JSON.stringify(manifest));
}

/** Whether a folder's files are those that were sealed; only files of another time are read for it. */
export async function isWhole(folder: string): Promise<boolean> {
  const manifest = await readManifest(folder);
  if (!manifest) return false;
  for (const [name, file] of Object.entries(manifest.files))
    if (!(await isSame(join(folder, name), file))) return false;
  return true;
}

async function isSame(path: string, { bytes, modified, hash }: FileRecord): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (found?.size !== bytes) return false;
  if (found.mtimeMs === modified) return true;
  if ((await hashFile(path, 'sha256')) !== hash) return false;
  // A copy: it need not be read again.
  await utimes(path, new Date(), modified / 1000);
  return true;
}

/** Marks an entry as used now, and keeps it from removal until the function returned is called. */
export async function hold(folder: string): Promise<() => Promise<void>> {
  const now = new Date();
  await utimes(join(folder, manifestName), now, now);
  const release = await lockfile.lock(join(folder, `hold-${randomBytes(4).toString('hex')}`), {
    realpath: false,
    stale: holdStaleMs,
    // A folder that someone removed by hand is no reason to end the program.
    onCompromised() {},
  });
  return () => release().catch(() => {});
}

export async function isHeld(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  const holds = names.filter((name) => /^hold-.*\.lock$/.test(name));
  const alive = holds.map((name) =>
    lockfile
      .check(join(folder, name.slice(0, -'.lock'.length)), { realpath: false, stale: holdStaleMs })
      .catch(() => false),
  );
  return (await Promise.all(alive)).includes(true);
}

/** `null` where the folder holds no whole entry. */
export async function describe(folder: string, key: string): Promise<StoredEntry | null> {
  const manifest = await readManifest(folder);
  const found = await stat(join(folder, manifestName)).catch(() => null);
  if (!manifest || !found) return null;
  const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
  const held = await isHeld(folder);
  return { key, label: manifest.label, bytes, used: found.mtimeMs, held };
}

async function readManifest(folder: string): Promise<Manifest | null> {
  try {
    return JSON.parse(await readFile(join(folder, manifestName), 'utf8')) as Manifest;
  } catch {
    return null;
  }
}
