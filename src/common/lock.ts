import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';

const LOOK_AGAIN_MS = 250;

export interface LockOptions {
  /** Called once if another process holds the lock. */
  readonly waiting: () => void;
  readonly signal: AbortSignal;
}

/**
 * Does something that only one process at a time may do with a path, which need not exist yet but
 * whose folder must. A lock whose process died is free after ten seconds; so is one whose process
 * was stopped that long, hence work should end in a check and a rename that bear company.
 *
 * @throws the signal's reason when it is aborted while waiting.
 */
export async function withLock<T>(
  path: string,
  { waiting, signal }: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  let waited = false;
  for (;;) {
    signal.throwIfAborted();
    const release = await lockfile.lock(path, { realpath: false, onCompromised }).catch(ifLocked);
    if (release) return work().finally(() => release().catch(ifLost));
    if (!waited) waiting();
    waited = true;
    await sleep(LOOK_AGAIN_MS);
  }
}

function ifLocked(error: NodeJS.ErrnoException): null {
  if (error.code === 'ELOCKED') return null;
  throw error;
}

/** Without this, losing the lock ends the program. */
function onCompromised(): void {}

function ifLost(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ERELEASED') throw error;
}
