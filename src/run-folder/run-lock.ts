import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Claim, claimOwner } from '../cache/claim.ts';
import { RunError } from '../common/errors.ts';
import { LOCK } from './status.ts';

/** Held by the one process that writes into a run's folder, until it releases it or is gone. */
export class RunLock {
  readonly #folder: string;
  readonly #claim: Claim;

  private constructor(folder: string, claim: Claim) {
    this.#folder = folder;
    this.#claim = claim;
  }

  /** @throws RunError when another process holds it, or the folder cannot be written. */
  static async take(folder: string): Promise<RunLock> {
    const path = join(folder, LOCK);
    const cannot = (reason: string, cause?: unknown) =>
      new RunError(`cannot lock the run ${folder}: ${reason}`, { cause });
    const claim = await Claim.tryTake(path, new AbortController().signal).catch((error: Error) => {
      throw cannot(error.message, error);
    });
    if (claim) return new RunLock(folder, claim);
    const holder = await claimOwner(path);
    const which = holder ? `, ${holder.pid} on ${holder.host}` : '';
    throw cannot(`another process holds it${which}`);
  }

  isHeld(): boolean {
    return this.#claim.isHeld();
  }

  /** @throws RunError when the folder was removed, or another process took the run over. */
  throwIfLost(): void {
    if (this.isHeld()) return;
    const why = existsSync(this.#folder) ? 'another process took the run over' : 'it was removed';
    throw new RunError(`nothing more is written to ${this.#folder}: ${why}`);
  }

  /** Never throws: what matters is in status.json by then. */
  async release(): Promise<void> {
    await this.#claim.release().catch(() => {});
  }
}
