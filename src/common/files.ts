import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { rename as fsRename, rm as fsRm, open, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunError } from './errors.ts';

/** Returns the status of a path; `null` if nothing is there, or if it is a broken or circular link. */
export function statOrNull(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/**
 * Lists all files and folders below a folder, as paths relative to it. Folders end with `/`. Links are
 * followed, except those that lead back to a folder that contains them.
 *
 * @param within Folder to start in, with `/` at its end; empty for `root`.
 * @param visited Real paths of the folders that contain `within`.
 */
export async function walk(
  root: string,
  within = '',
  visited: readonly string[] = [],
): Promise<string[]> {
  const folder = await realpath(join(root, within));
  if (visited.includes(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => isFolder(folder, entry));
  const files = entries.filter(
    (entry) => (entry.isFile() || entry.isSymbolicLink()) && !folders.includes(entry),
  );
  const nested = await Promise.all(
    folders.map(({ name }) => walk(root, `${within}${name}/`, [...visited, folder])),
  );
  const own = within === '' ? [] : [within];
  return [...own, ...files.map(({ name }) => within + name), ...nested.flat()];
}

function isFolder(parent: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statOrNull(join(parent, entry.name))?.isDirectory() ?? false;
}

/**
 * Lists all files and links below a folder. Links are not followed. Entries that another process renames or
 * deletes meanwhile are left out.
 */
export async function listEntries(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const nested = entries.map(async (entry) => {
    return entry.isDirectory() ? listEntries(join(folder, entry.name)) : [entry];
  });
  return (await Promise.all(nested)).flat();
}

/** Returns the total size of the files below a folder in bytes, while they may change. */
export async function folderSize(folder: string): Promise<number> {
  const entries = await listEntries(folder);
  const sizes = await Promise.all(
    entries.map(async ({ parentPath, name }) => {
      const stats = await stat(join(parentPath, name)).catch(() => null);
      return stats?.isFile() ? stats.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Returns a path relative to a folder with `/` between its parts on every system, as files and URLs contain it. */
export function portablePath(folder: string, path: string): string {
  return relative(folder, path).replaceAll(sep, '/');
}

/** Windows answers with these while another program, e.g. a virus scanner, has the file open. */
const BUSY = ['EPERM', 'EBUSY', 'EACCES'];
const BUSY_MS = 10_000;

/** Renames a file or folder, and replaces a file that is there. */
export function rename(from: string, to: string): Promise<void> {
  return process.platform === 'win32' ? retryIfBusy(() => fsRename(from, to)) : fsRename(from, to);
}

/** Repeats work on a file that another program has open, for ten seconds. */
export async function retryIfBusy<T>(work: () => Promise<T>): Promise<T> {
  const end = Date.now() + BUSY_MS;
  for (let wait = 10; ; wait = Math.min(2 * wait, 500)) {
    try {
      return await work();
    } catch (error) {
      const isBusy = BUSY.includes((error as NodeJS.ErrnoException).code ?? '');
      if (!isBusy || Date.now() > end) throw error;
      await sleep(wait);
    }
  }
}

/** Deletes a file or folder if it exists. Retries while another process has one of its files open or writes to it. */
export function remove(path: string): Promise<void> {
  return fsRm(path, { recursive: true, force: true, maxRetries: 5 });
}

/** For files of at most this size a blocking read is six times as fast as an asynchronous one. */
const SMALL_BYTES = 2 ** 16;

const smallFileBuffer = Buffer.allocUnsafe(SMALL_BYTES + 1);

/**
 * Opens a file for reading without waiting: a pipe would block until somebody writes to it. Windows has neither the flag
 * nor such pipes.
 */
export const OPEN_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** @throws Error unless a path is that of a regular file: a device may be endless, and a pipe may never end. */
export function requireRegularFile(path: string, stats: Stats): void {
  if (!stats.isFile()) throw new Error(`${path} is not a file but a ${typeOf(stats)}`);
}

function typeOf(stats: Stats): string {
  if (stats.isDirectory()) return 'folder';
  if (stats.isFIFO()) return 'pipe';
  return stats.isSocket() ? 'socket' : 'device';
}

/** Reads a regular file of limited size. @throws Error if the path is none, or the file is larger. */
export async function readRegularFile(path: string, maxBytes: number): Promise<Buffer> {
  const file = await open(path, OPEN_AT_ONCE);
  try {
    const stats = await file.stat();
    requireRegularFile(path, stats);
    if (stats.size <= maxBytes) return await file.readFile();
    throw new Error(`${path} has ${stats.size} bytes; the limit is ${maxBytes} bytes`);
  } finally {
    await file.close();
  }
}

/**
 * Reads a regular file of at most 64 KiB, blocking; returns `null` for a larger one.
 *
 * @throws Error if the path is none.
 */
export function readSmallFile(path: string): Buffer | null {
  const file = openSync(path, OPEN_AT_ONCE);
  try {
    requireRegularFile(path, fstatSync(file));
    const length = readSync(file, smallFileBuffer, 0, smallFileBuffer.length, 0);
    return length > SMALL_BYTES ? null : Buffer.from(smallFileBuffer.subarray(0, length));
  } finally {
    closeSync(file);
  }
}

/**
 * Replaces a file atomically: a reader sees the old content or the new, even after a power cut.
 * (`write-file-atomic` 7 ignores short writes, so it leaves a truncated file when the disk is full.)
 *
 * @throws RunError if the file cannot be written; the old content is then unchanged.
 */
export async function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeSynced(temporary, 'wx', content);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await remove(temporary);
    throw writeError(path, error);
  }
}

/**
 * Appends to a file and waits until the content is on the disk.
 *
 * @throws RunError if the file cannot be written; a part of `content` may then be in the file.
 */
export async function appendSynced(path: string, content: string | Uint8Array): Promise<void> {
  await writeSynced(path, 'a', content).catch((error) => {
    throw writeError(path, error);
  });
}

/** Makes renames within a folder survive a power cut. Windows needs no sync, and cannot open folders. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeSynced(path: string, flags: string, content: string | Uint8Array) {
  const file = await open(path, flags);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

function writeError(path: string, cause: unknown): RunError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RunError(`cannot write ${path}: ${reason}`, { cause });
}
