import { stat } from 'node:fs/promises';
import { InputError } from '../../errors.ts';

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
    const { directoryTree } = await import('./directory.ts');
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
