import { posix } from 'node:path';
import { InputError } from '../../errors.ts';

/** No file of an archive may be larger: the largest of a standard data set has 154 MB. */
export const maxFileBytes = 2 ** 28;

/**
 * Unpacked bytes for each byte of an archive. Pictures hardly shrink; what grows more than this is made
 * to fill the memory of whoever unpacks it.
 */
export const maxExpansion = 200;

/** @throws InputError for a file that no honest archive of pictures would hold. */
export function refuseHostileFile(archive: string, path: string, bytes: number): void {
  if (posix.isAbsolute(path) || posix.normalize(path).split('/')[0] === '..')
    throw new InputError(`data.source: ${archive} holds ${path}, a path that leaves the archive`);
  if (bytes > maxFileBytes)
    throw new InputError(
      `data.source: ${archive} holds ${path} of ${bytes} bytes; at most ${maxFileBytes} are read`,
    );
}
