import { randomUUID } from 'node:crypto';
import { mkdir, readdir, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { downloadWheels } from '../../../cache/wheels/download-wheels.ts';
import { extractWheels } from '../../../cache/wheels/extract-wheels.ts';
import { RunError } from '../../../common/errors.ts';
import { remove, rename } from '../../../common/files.ts';
import { megabytes } from '../../../common/format.ts';
import { withLock } from '../../../common/lock.ts';
import { untilInterrupted } from '../../../common/signals.ts';
import { isInstalled, writeManifest } from './files.ts';
import type { Distribution } from './platforms.ts';

interface InstallOptions {
  /** The cache folder, which is created if it does not exist. */
  readonly cache: string;
  readonly report: (message: string) => void;
}

const REPORT_MS = 500;

/**
 * Installs the libraries of TensorFlow unless they are installed. If several processes need them, one installs them and
 * the others wait. The unfinished folder of a killed process is not used, and the next installation deletes it.
 *
 * @returns the folder; it contains the files under their paths in the wheels
 * @throws RunError if the network or disk space is missing, a hash is wrong, or the folder cannot be written;
 *   InterruptedError at SIGINT and SIGTERM.
 */
export async function install(
  distribution: Distribution,
  { cache, report }: InstallOptions,
): Promise<string> {
  const root = join(cache, 'engine');
  const { name, version, variant } = distribution;
  const folder = join(root, `${name.toLowerCase()}-${version}-${variant}`);
  if (await isInstalled(folder)) return folder;

  const onWait = () =>
    report(`another process is installing ${titleOf(distribution)}; waiting for it`);
  await explainWriteErrors(root, async () => {
    await mkdir(root, { recursive: true });
    await untilInterrupted((signal) =>
      withLock(folder, { onWait, signal }, async () => {
        if (await isInstalled(folder)) return;
        await removeUnfinished(folder);
        await requireSpace(root, titleOf(distribution), peakBytes(distribution));
        await installTo(folder, { distribution, signal, report });
      }),
    );
  });
  return folder;
}

interface InstallationTask {
  readonly distribution: Distribution;
  readonly signal: AbortSignal;
  readonly report: (message: string) => void;
}

/** Installs into a temporary folder, and renames it when it is complete and synced to the disk. */
async function installTo(
  folder: string,
  { distribution, signal, report }: InstallationTask,
): Promise<void> {
  // Unlike a folder of mkdtemp, other users may read it.
  const unfinished = `${unfinishedPrefix(folder)}${randomUUID()}`;
  await mkdir(unfinished);
  const progressOf = (action: string, total: number) =>
    byteCounter(total, (progress) =>
      report(`${action} ${titleOf(distribution)}, ${progress}, to ${folder}`),
    );
  const temporary = join(unfinished, 'downloads');
  const kept = `${folder}.downloads`;
  try {
    await mkdir(temporary);
    const wheels = await downloadWheels({
      wheels: distribution.wheels,
      temporary,
      kept,
      signal,
      report,
      onProgress: progressOf('downloading', downloadBytes(distribution)),
    });
    const files = await extractWheels({
      wheels,
      members: distribution.members,
      to: unfinished,
      signal,
      onWrite: progressOf('unpacking', distribution.installedBytes),
    });
    await Promise.all([remove(temporary), remove(kept)]);
    await writeManifest(unfinished, distribution, files);
    // Another process may have taken over the lock while this one was suspended.
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

/** Deletes the folders of killed processes. The caller must have the lock. */
async function removeUnfinished(folder: string): Promise<void> {
  const root = join(folder, '..');
  for (const entry of await readdir(root)) {
    if (entry.startsWith(basename(unfinishedPrefix(folder)))) await remove(join(root, entry));
  }
}

function titleOf({ name, version, variant }: Distribution): string {
  return `${name} ${version}${variant === 'cuda' ? ' with CUDA' : ''}`;
}

function downloadBytes({ wheels }: Distribution): number {
  return wheels.reduce((sum, wheel) => sum + wheel.bytes, 0);
}

/** While pip runs, there may be two copies of the wheels; afterwards the wheels and the extracted files. */
function peakBytes(distribution: Distribution): number {
  const download = downloadBytes(distribution);
  return download + Math.max(download, distribution.installedBytes);
}

/** Returns a function that counts bytes, and reports their sum at the start and twice a second. */
function byteCounter(total: number, report: (progress: string) => void): (bytes: number) => void {
  let sum = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  const add = (bytes: number) => {
    sum += bytes;
    if (performance.now() - reportedAt < REPORT_MS) return;
    reportedAt = performance.now();
    report(`${megabytes(Math.min(sum, total))} of ${megabytes(total)} MB`);
  };
  add(0);
  return add;
}

/** @throws RunError if the disk of a folder has less free space than needed. */
async function requireSpace(folder: string, title: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  throw new RunError(
    `the installation of ${title} needs ${gigabytes(bytes)}, and the disk of ${folder} has ` +
      `${gigabytes(bavail * bsize)} free: free some space, or set CIFAR_RUN_CACHE to a folder on another disk`,
  );
}

const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT']);

/** Runs work that writes to a folder. @throws RunError that explains why the folder cannot be written. */
async function explainWriteErrors(folder: string, work: () => Promise<void>): Promise<void> {
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
        `cannot write to the cache folder ${folder} (${code}): make it writable, or set CIFAR_RUN_CACHE to another folder`,
      );
    }
    throw error;
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
