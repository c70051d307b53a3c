import { InputError } from '../../errors.ts';
import type { FileTree } from './tree.ts';

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
