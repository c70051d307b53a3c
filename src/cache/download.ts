import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSmall } from '../common/files.ts';
import { withLock } from '../common/lock.ts';
import { failure, fetchRest, originPath, Passing, partPath } from './download-request.ts';

/** `md5:` or `sha256:` and the digest in hexadecimal. */
export type Hash = `md5:${string}` | `sha256:${string}`;

export interface Download {
  readonly url: string;
  /** What the file's bytes must hash to; `null` where nobody has published it. */
  readonly hash: Hash | null;
  /** Path of the finished file; `.part` beside it holds what has come so far. */
  readonly to: string;
  /** Tells how far it is, a few times a second. */
  readonly report: (message: string) => void;
  readonly signal: AbortSignal;
}

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;

/**
 * Fetches a file unless it is there already. What came is kept when a transfer breaks off, and the
 * next attempt, or the next process, asks only for the rest; two processes that want the same file
 * fetch it once.
 *
 * @returns `to`
 * @throws RunError when the file cannot be had or is not the one expected; the signal's reason when
 *   it is aborted.
 */
export async function download(wanted: Download): Promise<string> {
  if (await isThere(wanted)) return wanted.to;
  await mkdir(dirname(wanted.to), { recursive: true });
  const waiting = () => wanted.report(`another process is fetching ${wanted.to}; waiting for it`);
  return withLock(wanted.to, { waiting, signal: wanted.signal }, async () => {
    if (await isThere(wanted)) return wanted.to;
    await fetchAll(wanted);
    await check(wanted);
    await rename(partPath(wanted), wanted.to);
    await rm(originPath(wanted), { force: true });
    return wanted.to;
  });
}

/** Digest of a file's bytes in the form of {@link Hash}. */
export async function hashFile(path: string, algorithm: string): Promise<string> {
  const digest = createHash(algorithm);
  const small = readSmall(path);
  if (small) return `${algorithm}:${digest.update(small).digest('hex')}`;
  await pipeline(createReadStream(path), digest);
  return `${algorithm}:${digest.digest('hex')}`;
}

async function isThere({ to, hash, report }: Download): Promise<boolean> {
  if (!(await stat(to).catch(() => null))) return false;
  if (hash === null || (await hashAs(hash, to)) === hash) return true;
  report(`${to} is not the file expected (${hash}); fetching it again`);
  return false;
}

async function fetchAll(wanted: Download): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    wanted.signal.throwIfAborted();
    try {
      return await fetchRest(wanted);
    } catch (error) {
      wanted.signal.throwIfAborted();
      if (!(error instanceof Passing)) throw error;
      if (attempt === ATTEMPTS) throw failure(wanted, `${error.message}, at ${ATTEMPTS} attempts`);
      wanted.report(`${error.message}; trying again`);
      const { signal } = wanted;
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), null, { signal }).catch(() => {});
    }
  }
}

async function check(wanted: Download): Promise<void> {
  const { hash } = wanted;
  if (hash === null) return;
  const received = await hashAs(hash, partPath(wanted));
  if (received === hash) return;
  await rm(partPath(wanted), { force: true });
  throw failure(
    wanted,
    `what came is not the file expected, and was removed: its hash is ${received}, and should be ${hash}`,
  );
}

function hashAs(hash: Hash, path: string): Promise<string> {
  return hashFile(path, hash.slice(0, hash.indexOf(':')));
}
