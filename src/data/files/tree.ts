import { readFile, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { InputError } from '../../common/errors.ts';
import { readSmall, statOf, walk } from '../../common/files.ts';

export interface TreeFile {
  readonly path: string;
  bytes(): Promise<Buffer>;
}

/** Files under one root: a folder, or an archive of one, which is read without being unpacked. */
export interface FileTree {
  /** Where it is, for messages. */
  readonly root: string;
  /** Paths of all files relative to the root, and of folders with `/` at their end, in ascending order. */
  list(): Promise<string[]>;
  /** The files with these paths, in whatever order is quickest. */
  read(paths: ReadonlySet<string>): AsyncIterable<TreeFile>;
  /** Of each of these files something that differs when it has changed. */
  fingerprints(paths: readonly string[]): Promise<readonly string[]>;
}

/**
 * A folder or an archive as a tree of files.
 *
 * @throws InputError when there is none at this path.
 */
export async function openTree(path: string): Promise<FileTree> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new InputError(`data.source: there is nothing at ${path}`);
  if (found.isDirectory()) {
    const { directoryTree } = await import('./tree.ts');
    return directoryTree(path);
  }
  if (/\.(tar|tgz|tar\.gz)$/i.test(path)) {
    const { tarTree } = await import('./tar.ts');
    return tarTree(path);
  }
  if (/\.zip$/i.test(path)) {
    const { zipTree } = await import('./zip.ts');
    return zipTree(path);
  }
  throw new InputError(
    `data.source: ${path} is neither a folder nor an archive that can be read: .tar, .tar.gz, .tgz or .zip`,
  );
}

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
