import { readFile } from 'node:fs/promises';
import { InputError } from '../common/errors.ts';

/** A file of a run does not hold what a run writes. */
export class DamagedError extends InputError {}

/**
 * What a run's JSON file says; `null` where there is none.
 * @param key what it must have to be whole.
 * @throws DamagedError when it is no JSON, or lacks that.
 */
export async function readRecord<Value extends object>(
  path: string,
  key: keyof Value & string,
): Promise<Value | null> {
  const text = await readFile(path, 'utf8').catch(ifMissing);
  if (text === null) return null;
  try {
    const value = JSON.parse(text);
    if (value !== null && typeof value === 'object' && key in value) return value;
  } catch {}
  const found = text === '' ? 'it is empty' : `its ${text.length} characters are no whole record`;
  throw new DamagedError(
    `${path} is damaged: ${found} (JSON with ${key}). Put back a copy of the file, or delete the run: cifar-run rm`,
  );
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw new DamagedError(`a run's record cannot be read: ${error.message}`, { cause: error });
}
