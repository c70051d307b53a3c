import { closeSync, openSync, readSync } from 'node:fs';

/** Files of this length and less are read at once: for them that is six times as fast as to wait for another thread. */
const small = 2 ** 16;

const buffer = Buffer.allocUnsafe(small + 1);

/** What a small file holds; `null` for a larger one. */
export function readSmall(path: string): Buffer | null {
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, buffer, 0, buffer.length, 0);
    return length > small ? null : Buffer.from(buffer.subarray(0, length));
  } finally {
    closeSync(file);
  }
}
