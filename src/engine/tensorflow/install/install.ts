import { mkdir, mkdtemp, readdir, rename, rm, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RunError } from '../../../common/errors.ts';
import { formatCount } from '../../../common/format.ts';
import { withLock } from '../../../common/lock.ts';
import { untilInterrupted } from '../../../common/signals.ts';
import { isInstalled, writeManifest } from './manifest.ts';
import { downloadWheels } from './pip.ts';
import type { Distribution } from './platforms.ts';
import { unpack } from './unpack.ts';

export interface InstallOptions {
  /** Folder that holds everything that is fetched once; made where it is missing. */
  readonly cache: string;
  readonly report: (message: string) => void;
}

const REPORT_MS = 500;

/**
 * Installs TensorFlow's libraries unless they are there. Two processes that want them install them
 * once; one that is killed leaves a folder that nobody uses and that the next one removes.
 *
 * @returns the folder; it holds the kept files under their paths in the wheels
 * @throws RunError that says what to do: no pip, no network, no space, a wrong hash, a folder that
 *   cannot be written; InterruptedError at SIGINT and SIGTERM.
 */
export async function install(wanted: Distribution, options: InstallOptions): Promise<string> {
  const root = join(options.cache, 'engine');
  const folder = join(root, `${wanted.name.toLowerCase()}-${wanted.version}-${wanted.variant}`);
  if (await isInstalled(folder)) return folder;

  const onWait = () =>
    options.report(`another process is installing ${nameOf(wanted)}; waiting for it`);
  await withSentences(root, async () => {
    await mkdir(root, { recursive: true });
    await untilInterrupted((signal) =>
      withLock(folder, { onWait, signal }, async () => {
        if (await isInstalled(folder)) return;
        await removeUnfinished(folder);
        await requireSpace(root, { for: nameOf(wanted), bytes: peakBytes(wanted) });
        await installTo(folder, { wanted, signal, report: options.report });
      }),
    );
  });
  return folder;
}

interface Installation {
  readonly wanted: Distribution;
  readonly signal: AbortSignal;
  readonly report: (message: string) => void;
}

/** Makes the folder beside its place, whole and on the disk, and moves it there. */
async function installTo(folder: string, { wanted, signal, report }: Installation): Promise<void> {
  const unfinished = await mkdtemp(unfinishedPrefix(folder));
  const telling = (action: string, total: number) =>
    meter(total, (progress) => report(`${action} ${nameOf(wanted)}, ${progress}, to ${folder}`));
  try {
    const downloads = join(unfinished, 'downloads');
    await mkdir(downloads);
    const came = telling('downloading', downloadBytes(wanted));
    const wheels = await downloadWheels({ wheels: wanted.wheels, to: downloads, signal, came });
    const wrote = telling('unpacking', wanted.installedBytes);
    const files = await unpack({ wheels, members: wanted.members, to: unfinished, signal, wrote });
    await remove(downloads);
    await writeManifest(unfinished, wanted, files);
    // True only if another process took the lock over while this one was stopped.
    if (await isInstalled(folder)) return;
    await remove(folder);
    await rename(unfinished, folder);
  } finally {
    await remove(unfinished);
  }
}

function unfinishedPrefix(folder: string): string {
  return `${folder}.unfinished-`;
}

/** Only to be called with the lock: what is there then has no owner any more. */
async function removeUnfinished(folder: string): Promise<void> {
  const root = join(folder, '..');
  for (const entry of await readdir(root)) {
    if (entry.startsWith(basename(unfinishedPrefix(folder)))) await remove(join(root, entry));
  }
}

/** Tries again where a pip that outlived its parent still writes. */
function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

function nameOf({ name, version, variant }: Distribution): string {
  return `${name} ${version}${variant === 'cuda' ? ' with CUDA' : ''}`;
}

function downloadBytes({ wheels }: Distribution): number {
  return wheels.reduce((sum, wheel) => sum + wheel.bytes, 0);
}

/** pip's copies are gone before anything is unpacked, and each wheel once it is. */
function peakBytes(wanted: Distribution): number {
  return downloadBytes(wanted) + Math.max(downloadBytes(wanted), wanted.installedBytes);
}

/**
 * Counts bytes towards a total and tells how much that is: at the start and now and then.
 * @returns to be called with the bytes that were added
 */
function meter(total: number, tell: (progress: string) => void): (bytes: number) => void {
  let done = 0;
  let last = Number.NEGATIVE_INFINITY;
  const add = (bytes: number) => {
    done += bytes;
    if (performance.now() - last < REPORT_MS) return;
    last = performance.now();
    tell(`${megabytes(Math.min(done, total))} of ${megabytes(total)} MB`);
  };
  add(0);
  return add;
}

function megabytes(bytes: number): string {
  return formatCount(Math.round(bytes / 1e6));
}

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
