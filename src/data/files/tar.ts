import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { Parser } from 'tar';
import { DataError } from '../dataset.ts';
import { type FileTree, MAX_EXPANSION, refuseHostileFile, type TreeFile } from './tree.ts';

/** The files of a tar archive, gzipped or not. Links are ignored, and nothing is written to disk. */
export function tarTree(root: string): FileTree {
  return {
    root,

    async list() {
      const paths: string[] = [];
      const noFiles = entries(root, (path) => {
        paths.push(path);
        return false;
      });
      for await (const _ of noFiles);
      return [...new Set(paths)].sort();
    },

    read: (paths) => entries(root, (path) => paths.has(path)),

    async fingerprints(paths) {
      const { size, mtimeMs } = await stat(root);
      return paths.map(() => `${size}:${mtimeMs}`);
    },
  };
}

/** Streams the archive and yields the wanted files. It reads no further than the consumer asks for. */
async function* entries(
  archive: string,
  wanted: (path: string) => boolean,
): AsyncGenerator<TreeFile> {
  const complete: TreeFile[] = [];
  let failure: Error | undefined;
  const refused = (path: string, bytes: number) => {
    try {
      refuseHostileFile(archive, path, bytes);
    } catch (error) {
      failure ??= error as Error;
    }
    return failure !== undefined;
  };
  const parser = new Parser({
    strict: true,
    maxDecompressionRatio: MAX_EXPANSION,
    onReadEntry(entry) {
      const path = posix.normalize(entry.path);
      const supported = entry.type === 'File' || entry.type === 'Directory';
      if (!supported || refused(entry.path, entry.size) || !wanted(path)) {
        entry.resume();
        return;
      }
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => complete.push({ path, bytes: async () => Buffer.concat(chunks) }));
    },
  });
  parser.on('error', (error: Error) => {
    failure ??= error;
  });
  const takeComplete = function* () {
    if (failure instanceof DataError) throw failure;
    if (failure)
      throw new DataError('source', `${archive} is damaged or not an archive: ${failure.message}`);
    yield* complete.splice(0);
  };
  for await (const chunk of createReadStream(archive)) {
    parser.write(chunk as Buffer);
    yield* takeComplete();
  }
  parser.end();
  yield* takeComplete();
}
