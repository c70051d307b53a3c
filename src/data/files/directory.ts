import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { FileTree } from './tree.ts';

/** The files of a folder and of its folders; links to files are followed, links to folders are not. */
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
      for (const path of paths) yield { path, bytes: () => readFile(join(root, path)) };
    },

    async fingerprint(paths) {
      const files = await Promise.all(paths.map((path) => stat(join(root, path))));
      return files.map(({ size, mtimeMs }) => `${size}:${mtimeMs}`).join(' ');
    },
  };
}
