import { createHash } from 'node:crypto';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Entry } from 'yauzl';
import { openZip } from '../../common/zip.ts';

/** A file that was extracted. */
export interface FileRecord {
  readonly bytes: number;
  readonly sha256: string;
}

interface Extraction {
  /** Paths of wheels, which are ZIP archives. Each is deleted when it is done. */
  readonly wheels: readonly string[];
  /** The paths of the files to extract. */
  readonly members: RegExp;
  /** Destination folder; the files keep their paths. */
  readonly to: string;
  readonly signal: AbortSignal;
  /** Called with the size of each chunk written. */
  readonly onWrite: (bytes: number) => void;
}

/**
 * Extracts files from wheels and syncs them to the disk.
 *
 * @returns the extracted files by path
 */
export async function extractWheels(extraction: Extraction): Promise<Record<string, FileRecord>> {
  const files: Record<string, FileRecord> = {};
  for (const wheel of extraction.wheels) {
    const archive = await openZip(wheel);
    try {
      for await (const entry of archive.eachEntry()) {
        if (!extraction.members.test(entry.fileName)) continue;
        const content = await archive.openReadStreamPromise(entry);
        files[entry.fileName] = await write(entry, content, extraction);
      }
    } finally {
      archive.close();
    }
    await rm(wheel);
  }
  return files;
}

async function write(entry: Entry, content: Readable, { to, signal, onWrite }: Extraction) {
  const path = join(to, entry.fileName);
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w', isExecutable(entry) ? 0o755 : 0o644);
  try {
    const digest = createHash('sha256');
    async function* chunks() {
      for await (const chunk of content) {
        digest.update(chunk);
        onWrite(chunk.length);
        yield chunk;
      }
    }
    // A write stream of the file would close it before it can be synced.
    await writeFile(file, chunks(), { signal });
    await file.sync();
    return { bytes: entry.uncompressedSize, sha256: digest.digest('hex') };
  } finally {
    await file.close();
  }
}

/** The upper half of the external attributes of a ZIP entry is its Unix mode. */
function isExecutable(entry: Entry): boolean {
  return ((entry.externalFileAttributes >>> 16) & 0o100) !== 0;
}
