import { closeSync, type Dirent, openSync, readSync, type Stats, statSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** What a path leads to; `null` for nothing, and for a link that leads nowhere or to itself. */
export function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/**
 * Paths of all files in a folder and in its folders, from there on, and of folders with `/` at their end. Links
 * are followed, but for those that lead back to a folder that they are in.
 * @param within empty, or a folder with `/` at its end.
 * @param around folders that led there.
 */
export async function walk(
  root: string,
  within = '',
  around: readonly string[] = [],
): Promise<string[]> {
  const folder = await realpath(join(root, within));
  if (around.includes(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => isFolder(folder, entry));
  const files = entries.filter(
    (entry) => (entry.isFile() || entry.isSymbolicLink()) && !folders.includes(entry),
  );
  const deeper = folders.map(({ name }) => walk(root, `${within}${name}/`, [...around, folder]));
  const own = within === '' ? [] : [within];
  return [own, files.map(({ name }) => within + name), ...(await Promise.all(deeper))].flat();
}

function isFolder(parent: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statOf(join(parent, entry.name))?.isDirectory() ?? false;
}

/**
 * All files and links in a folder and in those within it, but for what others rename or delete meanwhile. Links are
 * not followed.
 */
export async function entriesWithin(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = entries.map(async (entry) => {
    return entry.isDirectory() ? entriesWithin(join(folder, entry.name)) : [entry];
  });
  return (await Promise.all(found)).flat();
}

/** Files of this length and less are read at once: for them that is six times as fast as to wait for another thread. */
const small = 2 ** 16;

const buffer = Buffer.allocUnsafe(small + 1);

/** What a small file holds; `null` for a larger one. */
export function readSmall(path: string): Buffer | null {
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, buffer, 0, buffer.length, 0);
    return length > small ? null : Buffer.from(buffer.subarray(0, length));
  } finally {
    closeSync(file);
  }
}
