import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../common/lock.ts';
import { isAlive, type ProcessName, thisProcess } from '../common/process.ts';

const TOUCH_EVERY_MS = 5_000;
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
    this.#touching = setInterval(() => this.#touch(), TOUCH_EVERY_MS).unref();
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

  /** Whether it is still there and still this process': false once another one found it stale. */
  isHeld(): boolean {
    try {
      return readFileSync(this.#path, 'utf8') === mine();
    } catch {
      return false;
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#touching);
    if (this.isHeld()) await rm(this.#path, { force: true });
  }

  #touch(): void {
    const now = new Date();
    if (this.isHeld()) utimes(this.#path, now, now).catch(() => {});
  }
}

async function takeIfFree(path: string): Promise<boolean> {
  if ((await claimant(path)) !== null) return false;
  await writeFile(path, mine());
  return true;
}

function mine(): string {
  return JSON.stringify(thisProcess());
}

/** Where it cannot be told whether a process lives, it does not when its claim was not touched for so long. */
const STALE_MS = 60_000;

/** The process that holds a claim, also one that stands still, as after Ctrl-Z; `null` where none does, or it is gone. */
export async function claimant(path: string): Promise<ProcessName | null> {
  const file = await stat(path).catch(() => null);
  if (!file) return null;
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as ProcessName;
    const isFresh = Date.now() - file.mtimeMs <= STALE_MS;
    return (isAlive(holder) ?? isFresh) ? holder : null;
  } catch {
    // Released by now, or cut off as its process died.
    return null;
  }
}
