import { homedir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { requireAllowed } from '../common/sandbox.ts';
import { isUrl } from '../data/files/source.ts';
import type { Path, Problem } from '../experiment/problem.ts';

/** Returns the absolute path of the file that the value at `path` names. URLs stay as they are. */
export type ResolvePath = (path: Path, value: string) => string;

/**
 * @param folderOf the folder of the file in which the value at a path is written; relative paths start from it.
 * @param refuse receives each value that `--sandboxed` forbids.
 */
export function pathResolver(
  folderOf: (path: Path) => string,
  refuse: (problem: Problem) => void,
): ResolvePath {
  return (path, value) => {
    if (isUrl(value)) return value;
    const absolute = resolve(folderOf(path), expandHome(value));
    try {
      requireAllowed(absolute);
    } catch (error) {
      refuse({ path, message: (error as Error).message });
    }
    return absolute;
  };
}

/** Replaces `~` at the start of a path, as a shell does. */
export function expandHome(path: string): string {
  return (sep === '/' ? /^~(?=\/|$)/ : /^~(?=[\\/]|$)/).test(path)
    ? join(homedir(), path.slice(1))
    : path;
}
