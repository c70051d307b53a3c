import { posix } from 'node:path';
import { InputError } from '../../common/errors.ts';
import type { FileTree } from './tree.ts';

/** No file of an archive may be larger: the largest of a standard data set has 154 MB. */
export const maxFileBytes = 2 ** 28;

/**
 * Unpacked bytes for each byte of an archive. Images hardly shrink; what grows more than this is made
 * to fill the memory of whoever unpacks it.
 */
export const maxExpansion = 200;

/** @throws InputError for a file that no honest archive of images would hold. */
export function refuseHostileFile(archive: string, path: string, bytes: number): void {
  if (posix.isAbsolute(path) || posix.normalize(path).split('/')[0] === '..')
    throw new InputError(`data.source: ${archive} holds ${path}, a path that leaves the archive`);
  if (bytes > maxFileBytes)
    throw new InputError(
      `data.source: ${archive} holds ${path} of ${bytes} bytes; at most ${maxFileBytes} are read`,
    );
}

/**
 * Reads files by their names, in whatever folder of the tree they are.
 *
 * @param names For each file wanted, the names that it may have.
 * @returns One file for each entry of `names`, in that order.
 * @throws InputError that names the files that are missing.
 */
export async function readNamed(
  tree: FileTree,
  names: readonly (readonly string[])[],
): Promise<Buffer[]> {
  const paths = await tree.list();
  const found = names.map((own) =>
    paths.find((path) => own.some((name) => path === name || path.endsWith(`/${name}`))),
  );
  const missing = names.filter((_, i) => found[i] === undefined).map((own) => own.join(' or '));
  if (missing.length > 0)
    throw new InputError(`data.source: ${tree.root} has no file ${missing.join(', ')}`);
  const contents = new Map<string, Buffer>();
  for await (const { path, bytes } of tree.read(new Set(found as string[])))
    contents.set(path, await bytes());
  return (found as string[]).map((path) => contents.get(path) as Buffer);
}
