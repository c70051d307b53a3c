import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { readSmall } from '../../storage/read-small.ts';
import { statOf, walk } from '../../storage/walk.ts';
import type { FileTree } from './tree.ts';

/**
 * The files of a folder and of its folders, links followed. A path may also lead out of the folder, as those of a
 * table do.
 */
export function directoryTree(root: string): FileTree {
  const at = (path: string) => (isAbsolute(path) ? path : `${root}/${path}`);
  return {
    root,

    list: async () => (await walk(root)).sort(),

    async *read(paths) {
      for (const path of paths) {
        const file = at(path);
        yield { path, bytes: async () => readSmall(file) ?? readFile(file) };
      }
    },

    async fingerprints(paths) {
      return paths.map((path) => {
        const file = statOf(at(path));
        return file ? `${file.size}:${file.mtimeMs}` : 'none';
      });
    },
  };
}
