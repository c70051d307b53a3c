import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, sep } from 'node:path';
import { cachedFilePath } from '../../cache/cache-folder.ts';
import type { Download } from '../../cache/download.ts';
import { InputError } from '../../common/errors.ts';
import { readRegularFile, readSmallFile, statOrNull, walk } from '../../common/files.ts';
import { requireAllowed } from '../../common/sandbox.ts';
import { DataError, type LoadContext } from '../dataset.ts';
import { type FileTree, MAX_FILE_BYTES } from './tree.ts';

export function isUrl(source: string): boolean {
  return /^https?:/i.test(source);
}

/** Returns the path of `source`. A URL is downloaded into the cache first. */
export async function localPath(source: string, context: LoadContext): Promise<string> {
  return isUrl(source) ? downloadToCache({ url: source, hash: null }, context) : source;
}

/** Returns the path in the cache of a file at a URL. */
export function cachePath(url: string): string {
  return cachedFilePath('data', url);
}

type WantedFile = Pick<Download, 'url' | 'hash' | 'timeoutMs'>;

/** Downloads a file into the cache unless it is there, and returns its path. */
async function downloadToCache(wanted: WantedFile, { report, signal }: LoadContext) {
  const { download } = await import('../../cache/download.ts');
  const wholly = { ...wanted, to: cachePath(wanted.url), report, signal };
  return download(wholly).catch(refuseSource);
}

/** `--offline` or `--sandboxed` forbids what `data.source` names. */
function refuseSource(error: unknown): never {
  throw error instanceof InputError ? new DataError('source', error.message) : error;
}

/** Downloads files into the cache, and opens them as a tree; a single file is an archive. */
export async function openDownloads(
  files: readonly WantedFile[],
  context: LoadContext,
): Promise<FileTree> {
  const paths: string[] = [];
  for (const file of files) paths.push(await downloadToCache(file, context));
  const [first = ''] = paths;
  if (paths.length === 1) return openTree(first);
  const names = paths.map((path) => path.split(sep).join('/'));
  return { ...directoryTree(dirname(dirname(first))), list: async () => names };
}

/**
 * Opens a folder or an archive as a tree of files.
 *
 * @throws DataError when there is neither at this path.
 */
export async function openTree(path: string): Promise<FileTree> {
  const found = await stat(path).catch(() => null);
  if (!found)
    throw new DataError(
      'source',
      `${path} does not exist; it must be a folder, an archive, a .csv file or a URL`,
    );
  if (found.isDirectory()) return directoryTree(path);
  if (!found.isFile())
    throw new DataError('source', `${path} must be a folder, an archive or a .csv file`);
  // Each archive library loads only when an archive of its kind is opened.
  if (/\.(tar|tgz|tar\.gz)$/i.test(path)) {
    const { tarTree } = await import('./tar.ts');
    return tarTree(path);
  }
  if (/\.zip$/i.test(path)) {
    const { zipTree } = await import('./zip.ts');
    return zipTree(path);
  }
  throw new DataError(
    'source',
    `${path} is neither a folder nor a supported archive; supported are .tar, .tar.gz, .tgz and .zip`,
  );
}

/** The files of a folder and its subfolders. Links are followed, and a table may name paths outside the folder. */
function directoryTree(root: string): FileTree {
  const resolve = (path: string) => {
    const absolute = isAbsolute(path) ? path : `${root}/${path}`;
    try {
      requireAllowed(absolute);
    } catch (error) {
      refuseSource(error);
    }
    return absolute;
  };
  return {
    root,

    list: async () => (await walk(root)).sort(),

    async *read(paths) {
      for (const path of paths) {
        const file = resolve(path);
        yield {
          path,
          bytes: async () => readSmallFile(file) ?? readRegularFile(file, MAX_FILE_BYTES),
        };
      }
    },

    async fingerprints(paths) {
      return paths.map((path) => {
        const file = statOrNull(resolve(path));
        return file ? `${file.size}:${file.mtimeMs}` : 'none';
      });
    },
  };
}
