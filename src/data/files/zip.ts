import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { openZip } from '../../common/zip.ts';
import { DataError } from '../dataset.ts';
import { type FileTree, MAX_EXPANSION, refuseHostileFile, type TreeFile } from './tree.ts';

/** The files of a zip archive. Nothing is written to disk. */
export function zipTree(root: string): FileTree {
  return {
    root,

    async list() {
      const paths: string[] = [];
      for await (const { path } of entries(root)) paths.push(path);
      return [...new Set(paths)].sort();
    },

    async *read(paths): AsyncGenerator<TreeFile> {
      for await (const { path, zip, entry } of entries(root)) {
        if (!paths.has(path)) continue;
        const content = contentOf(zip, entry);
        // The caller of `bytes` gets a failure; without a caller it must not count as unhandled.
        await content.catch(() => {});
        yield { path, bytes: () => content };
      }
    },

    async fingerprints(paths) {
      const { size, mtimeMs } = await stat(root);
      return paths.map(() => `${size}:${mtimeMs}`);
    },
  };
}

async function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  if (entry.isEncrypted()) throw new Error('it is encrypted');
  const content = await buffer(await zip.openReadStreamPromise(entry));
  if (crc32(content) !== entry.crc32) throw new Error('its checksum is wrong');
  return content;
}

/**
 * Yields the entries of the archive's directory while the archive is open. yauzl itself refuses names
 * outside the archive, and files that are longer than the directory says.
 */
async function* entries(archive: string) {
  const zip = await openZip(archive).catch(damaged(archive));
  try {
    const sizes = { packed: 0, unpacked: 0 };
    const all = zip.eachEntry();
    for (;;) {
      const { value: entry, done } = await all.next().catch(damaged(archive));
      if (done) return;
      refuseHostileFile(archive, entry.fileName, entry.uncompressedSize);
      sizes.packed += entry.compressedSize;
      sizes.unpacked += entry.uncompressedSize;
      refuseBomb(zip, archive, sizes);
      yield { path: posix.normalize(entry.fileName), zip, entry };
    }
  } finally {
    zip.close();
  }
}

/** Also refuses entries that overlap within the archive, the other kind of zip bomb (Fifield 2019). */
function refuseBomb(
  { fileSize }: ZipFile,
  archive: string,
  { packed, unpacked }: { packed: number; unpacked: number },
): void {
  if (packed > fileSize || unpacked > MAX_EXPANSION * fileSize)
    throw new DataError(
      'source',
      `${archive} of ${fileSize} bytes unpacks to more than ${MAX_EXPANSION} times its size; an archive of images does not`,
    );
}

function damaged(archive: string) {
  return (error: Error): never => {
    throw new DataError('source', `${archive} is damaged or not an archive: ${error.message}`);
  };
}
