import { statfs } from 'node:fs/promises';
import { RunError } from '../../../errors.ts';

/** @throws RunError where the disk of a folder has less free space than is needed. */
export async function requireSpace(
  folder: string,
  needed: { readonly for: string; readonly bytes: number },
): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed.bytes) return;
  throw new RunError(
    `${needed.for} needs ${gigabytes(needed.bytes)} while it is installed, and the disk of ${folder} has ` +
      `${gigabytes(bavail * bsize)} free: free some space, or set CIFAR_RUN_CACHE to a folder on another disk`,
  );
}

/** Runs what writes to a folder, and says in a sentence why the folder cannot be written. */
export async function withSentences(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new RunError(
        `the disk of ${folder} is full (${code}): free some space, or set CIFAR_RUN_CACHE to a folder on another disk`,
      );
    }
    if (code !== undefined && UNWRITABLE.has(code)) {
      throw new RunError(
        `the cache folder ${folder} cannot be written (${code}): make it writable, or set CIFAR_RUN_CACHE ` +
          'to a folder that is',
      );
    }
    throw error;
  }
}

const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT']);

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
