import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';

const RETRY_MS = 250;

interface LockOptions {
  /** Called once if another process holds the lock. */
  readonly onWait: () => void;
  readonly signal: AbortSignal;
}

/**
 * Runs work that only one process at a time may do with a path. The path need not exist, but its folder must.
 * A lock becomes free ten seconds after its process died or was suspended. Work that could be suspended for so
 * long should therefore check again right before its final rename.
 *
 * @throws the reason of the signal if it is aborted while waiting.
 */
export async function withLock<T>(
  path: string,
  { onWait, signal }: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  let waited = false;
  for (;;) {
    signal.throwIfAborted();
    const release = await lockfile
      .lock(path, { realpath: false, onCompromised })
      .catch(nullIfLocked);
    if (release) return work().finally(() => release().catch(ignoreIfLost));
    if (!waited) onWait();
    waited = true;
    await sleep(RETRY_MS);
  }
}

function nullIfLocked(error: NodeJS.ErrnoException): null {
  if (error.code === 'ELOCKED') return null;
  throw error;
}

/** The default handler throws, which would crash the program when a lock is lost. */
function onCompromised(): void {}

function ignoreIfLost(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ERELEASED') throw error;
}
