import { isAbsolute, resolve } from 'node:path';
import { isUrl } from '../data/files/source.ts';
import type { Path } from './source-place.ts';

/** The absolute path that the value at a path of the file stands for; URLs stay as they are. */
export type ResolvePath = (path: Path, value: string) => string;

/** @param folderOf the folder that a value is written in, which relative paths start from. */
export function pathResolver(folderOf: (path: Path) => string): ResolvePath {
  return (path, value) =>
    isUrl(value) || isAbsolute(value) ? value : resolve(folderOf(path), value);
}
