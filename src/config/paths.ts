import { isAbsolute, resolve } from 'node:path';
import { isUrl } from '../data/files/source.ts';
import type { Path } from '../experiment/problem.ts';

/** Returns the absolute path of the file that the value at `path` names. URLs stay as they are. */
export type ResolvePath = (path: Path, value: string) => string;

/** @param folderOf the folder of the file in which the value at a path is written; relative paths start from it. */
export function pathResolver(folderOf: (path: Path) => string): ResolvePath {
  return (path, value) =>
    isUrl(value) || isAbsolute(value) ? value : resolve(folderOf(path), value);
}
