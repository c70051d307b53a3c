import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from './lock.ts';

const TOUCH_EVERY_MS = 5_000;
/** A claim that was not touched for so long belongs to no living process, on whatever machine. */
const STALE_MS = 60_000;
const LOOK_AGAIN_MS = 250;

/**
 * Held by one process at a time, for as long as it likes: a file with that process' number, touched until it
 * is released. That of a process that died on this machine is free at once, which a lock's is not.
 */
export class Claim {
  readonly #path: string;
  readonly #touching: NodeJS.Timeout;

  private constructor(path: string) {
    this.#path = path;
    this.#touching = setInterval(() => touch(path), TOUCH_EVERY_MS).unref();
  }

  /** `null` while another process holds it. */
  static async tryTake(path: string, signal: AbortSignal): Promise<Claim | null> {
    await mkdir(dirname(path), { recursive: true });
    const taken = await withLock(path, { waiting: () => {}, signal }, () => takeIfFree(path));
    return taken ? new Claim(path) : null;
  }

  /**
   * Waits until no other process holds it.
   * @throws the signal's reason when it is aborted while waiting.
   */
  static async take(path: string, signal: AbortSignal): Promise<Claim> {
    for (;;) {
      const claim = await Claim.tryTake(path, signal);
      if (claim) return claim;
      await sleep(LOOK_AGAIN_MS);
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#touching);
    await rm(this.#path, { force: true });
  }
}

async function takeIfFree(path: string): Promise<boolean> {
  if (await isHeld(path)) return false;
  await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname() }));
  return true;
}

async function isHeld(path: string): Promise<boolean> {
  const file = await stat(path).catch(() => null);
  if (!file || Date.now() - file.mtimeMs > STALE_MS) return false;
  try {
    const { pid, host } = JSON.parse(await readFile(path, 'utf8'));
    return host !== hostname() || hasProcess(pid);
  } catch {
    // Released by now, or cut off as its process died.
    return false;
  }
}

/** Whether a process of this machine is alive. */
export function hasProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process cannot be sent signals, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function touch(path: string): void {
  const now = new Date();
  utimes(path, now, now).catch(() => {});
}
