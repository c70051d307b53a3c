import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

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
