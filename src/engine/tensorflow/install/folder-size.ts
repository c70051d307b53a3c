import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { entriesWithin } from '../../../storage/entries.ts';

/** Bytes of the files in a folder, as far as they can be seen while it changes. */
export async function folderSize(folder: string): Promise<number> {
  const entries = await entriesWithin(folder);
  const sizes = await Promise.all(
    entries.map(async ({ parentPath, name }) => {
      const found = await stat(join(parentPath, name)).catch(() => null);
      return found?.isFile() ? found.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
