import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { FileTree } from './tree.ts';

/**
 * The files of a folder and of its folders; links to files are followed, links to folders are not. A path
 * may also lead out of the folder, as those of a table do.
 */
export function directoryTree(root: string): FileTree {
  return {
    root,

    async list() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() || entry.isSymbolicLink())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
        .sort();
    },

    async *read(paths) {
      for (const path of paths) yield { path, bytes: () => readFile(resolve(root, path)) };
    },

    async fingerprint(paths) {
      const files = await Promise.all(
        paths.map((path) => stat(resolve(root, path)).catch(() => null)),
      );
      return files.map((file) => (file ? `${file.size}:${file.mtimeMs}` : 'none')).join(' ');
    },
  };
}
