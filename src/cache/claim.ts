import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../common/lock.ts';

const TOUCH_EVERY_MS = 5_000;
const RETRY_MS = 250;
/** A claim whose process cannot be checked is stale after this time without a touch. */
const STALE_MS = 60_000;

/**
 * An exclusive claim on a path, held by one process until it is released. It is a file that names the process and is
 * touched regularly. A claim of a dead process on this machine is free immediately; a lock (`withLock`) is not.
 */
export class Claim {
  readonly #path: string;
  readonly #touching: NodeJS.Timeout;

  private constructor(path: string) {
    this.#path = path;
    this.#touching = setInterval(() => this.#touch(), TOUCH_EVERY_MS).unref();
  }

  /** Takes the claim; returns `null` if another process has it. */
  static async tryTake(path: string, signal: AbortSignal): Promise<Claim | null> {
    await mkdir(dirname(path), { recursive: true });
    const taken = await withLock(path, { onWait: () => {}, signal }, () => takeIfFree(path));
    return taken ? new Claim(path) : null;
  }

  /**
   * Takes the claim; waits while another process has it.
   *
   * @throws the reason of the signal if it is aborted while waiting.
   */
  static async take(path: string, signal: AbortSignal): Promise<Claim> {
    for (;;) {
      const claim = await Claim.tryTake(path, signal);
      if (claim) return claim;
      await sleep(RETRY_MS);
    }
  }

  /** Returns `false` if another process found the claim stale and took it. */
  isHeld(): boolean {
    try {
      return readFileSync(this.#path, 'utf8') === ownContent();
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
  if ((await claimOwner(path)) !== null) return false;
  await writeFile(path, ownContent());
  return true;
}

/** Returns the process that has a claim, which may be suspended; `null` if the claim is free or its process is dead. */
export async function claimOwner(path: string): Promise<ProcessIdentity | null> {
  const file = await stat(path).catch(() => null);
  if (!file) return null;
  try {
    const owner = JSON.parse(await readFile(path, 'utf8')) as ProcessIdentity;
    const isFresh = Date.now() - file.mtimeMs <= STALE_MS;
    return (isAlive(owner) ?? isFresh) ? owner : null;
  } catch {
    // The file was deleted meanwhile, or it is truncated because its process died.
    return null;
  }
}

/** One process of one machine. */
interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** The start time tells processes with the same number apart; `null` if the system does not report it. */
  readonly began: string | null;
}

function ownContent(): string {
  const identity: ProcessIdentity = {
    pid: process.pid,
    host: hostname(),
    began: startTime(process.pid),
  };
  return JSON.stringify(identity);
}

/** Returns `null` if it is unknown, e.g. for a process of another machine. */
function isAlive({ pid, host, began }: ProcessIdentity): boolean | null {
  if (host !== hostname()) return null;
  if (!processExists(pid)) return false;
  return began === null ? null : startTime(pid) === began;
}

function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // The process belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Returns the boot of the machine and the clock ticks since then (proc(5), field 22 of `stat`); Linux only. */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in brackets, which may contain spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}:${fields[19]}`;
  } catch {
    return null;
  }
}
