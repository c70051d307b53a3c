import lockfile from 'proper-lockfile';
import { RunError } from '../errors.ts';
import { LOCK, STALE_MS } from './status.ts';

/** Held by the one process that writes into a run's folder; proper-lockfile touches it until that process ends. */
export class RunLock {
  readonly #folder: string;
  #release: () => Promise<void> = async () => {};
  #lost: Error | null = null;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws RunError when another process holds it. */
  static async take(folder: string): Promise<RunLock> {
    const lock = new RunLock(folder);
    lock.#release = await lockfile
      .lock(folder, {
        realpath: false,
        lockfilePath: `${folder}/${LOCK}`,
        stale: STALE_MS,
        onCompromised: (error) => {
          lock.#lost = error;
        },
      })
      .catch((error: NodeJS.ErrnoException) => {
        const reason = error.code === 'ELOCKED' ? 'another process holds it' : error.message;
        throw new RunError(`cannot lock the run ${folder}: ${reason}`, { cause: error });
      });
    return lock;
  }

  /** @throws RunError when the folder was removed, or another process took the run over. */
  throwIfLost(): void {
    if (this.#lost) {
      throw new RunError(
        `the lock of ${this.#folder} is lost, so nothing more is written: ${this.#lost.message}`,
      );
    }
  }

  /** Never throws: what matters is in status.json by then. */
  async release(): Promise<void> {
    await this.#release().catch(() => {});
  }
}
