import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RunError } from './errors.ts';

/**
 * Replaces a file as a whole: whoever reads it, even after a power cut, finds the old content or the new.
 * (`write-file-atomic` 7 ignores short writes and so puts a cut-off file in place when the disk is full.)
 * @throws RunError when it cannot be written; the old content is then still there.
 */
export async function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeSynced(temporary, 'wx', content);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw cannotWrite(path, error);
  }
}

/**
 * Adds to the end of a file and waits until the disk has it.
 * @throws RunError when it cannot be written; a part of `content` may then be in the file.
 */
export async function appendSynced(path: string, content: string | Uint8Array): Promise<void> {
  await writeSynced(path, 'a', content).catch((error) => {
    throw cannotWrite(path, error);
  });
}

/** So that a rename within it outlives a power cut; Windows does it unasked, and opens no folders. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeSynced(path: string, flags: string, content: string | Uint8Array) {
  const file = await open(path, flags);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

function cannotWrite(path: string, cause: unknown): RunError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RunError(`cannot write ${path}: ${reason}`, { cause });
}
