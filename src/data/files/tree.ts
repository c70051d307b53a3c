import { posix } from 'node:path';
import { DataError } from '../dataset.ts';

export interface TreeFile {
  readonly path: string;
  bytes(): Promise<Buffer>;
}

/** The files under one root: a folder, or an archive that is read without unpacking it to disk. */
export interface FileTree {
  /** Path of the folder or archive, for messages. */
  readonly root: string;
  /** Lists the paths of all files relative to the root, in ascending order. Folders end with `/`. */
  list(): Promise<string[]>;
  /** Reads the files with these paths, in the fastest order. */
  read(paths: ReadonlySet<string>): AsyncGenerator<TreeFile>;
  /** Returns a text for each file that changes when the file changes. */
  fingerprints(paths: readonly string[]): Promise<readonly string[]>;
}

/**
 * Finds files by name, in any folder of the tree.
 *
 * @param names The accepted names of each wanted file.
 * @returns One path for each entry of `names`, in that order.
 * @throws DataError that names the missing files.
 */
export async function findNamed(
  tree: FileTree,
  names: readonly (readonly string[])[],
): Promise<string[]> {
  const paths = await tree.list();
  const found = names.map((accepted) =>
    paths.find((path) => accepted.some((name) => path === name || path.endsWith(`/${name}`))),
  );
  const missing = names.filter((_, i) => found[i] === undefined);
  if (missing.length > 0)
    throw new DataError(
      'source',
      `${tree.root} has no file ${missing.map((accepted) => accepted.join(' or ')).join(', ')}`,
    );
  return found as string[];
}

/** Reads files that {@link findNamed} finds. */
export async function readNamed(
  tree: FileTree,
  names: readonly (readonly string[])[],
): Promise<Buffer[]> {
  const found = await findNamed(tree, names);
  const contents = new Map<string, Buffer>();
  for await (const { path, bytes } of tree.read(new Set(found))) contents.set(path, await bytes());
  return found.map((path) => contents.get(path) as Buffer);
}

/** Largest accepted file of a dataset. The largest file of a standard dataset has 154 MB. */
export const MAX_FILE_BYTES = 2 ** 28;

/**
 * Largest accepted ratio of unpacked to packed bytes. Images hardly compress: an archive above this
 * ratio is made to exhaust memory.
 */
export const MAX_EXPANSION = 200;

/** @throws DataError for a file that an archive of images would not contain. */
export function refuseHostileFile(archive: string, path: string, bytes: number): void {
  if (posix.isAbsolute(path) || posix.normalize(path).split('/')[0] === '..')
    throw new DataError(
      'source',
      `${archive} contains ${path}, a path outside the archive; paths must be relative`,
    );
  if (bytes > MAX_FILE_BYTES)
    throw new DataError(
      'source',
      `${archive} contains ${path} of ${bytes} bytes; the limit is ${MAX_FILE_BYTES} bytes a file`,
    );
}
