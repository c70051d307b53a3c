import { randomBytes } from 'node:crypto';
import { copyFile, link, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RunError } from '../common/errors.ts';
import { syncFolder } from '../common/files.ts';
import { type CheckpointContent, readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';

/** The one before `last` is kept until the run has finished, for when `last` is damaged. */
export type CheckpointName = 'last' | 'previous' | 'best';

/** What is being made, or will be removed; it is no checkpoint. */
const TEMPORARY = '.';

/** A run's `checkpoints/`: each checkpoint in it is complete or absent, whenever the process ends. */
export class CheckpointFolder<State> {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes it, or removes what a process that was ended has left half-done in it. */
  async open(): Promise<void> {
    await mkdir(this.path, { recursive: true });
    const names = await readdir(this.path);
    for (const name of names) if (name.startsWith(TEMPORARY)) await this.#remove(name);
  }

  /**
   * Makes a new `last`, and the one there was `previous`.
   * @param isBest whether it is `best` as well; that one takes no more space.
   * @throws RunError when it cannot be written; all others are then as they were.
   */
  async write(content: CheckpointContent<State>, isBest: boolean): Promise<void> {
    const made = temporary();
    try {
      await writeCheckpoint(this.#at(made), content);
      // Before it is `last`: a run that is killed in between goes on from before and makes both again.
      if (isBest) await this.#makeBest(made);
      await this.#replace('last', 'previous');
      await rename(this.#at(made), this.#at('last'));
      await syncFolder(this.path);
    } catch (error) {
      await this.#remove(made).catch(() => {});
      const { message } = error as Error;
      throw new RunError(`cannot write the checkpoint ${this.#at('last')}: ${message}`, {
        cause: error,
      });
    }
  }

  /** @throws Error when it is missing or damaged. */
  read(name: CheckpointName): Promise<CheckpointContent<State>> {
    return readCheckpoint(this.#at(name));
  }

  async remove(name: CheckpointName): Promise<void> {
    const gone = temporary();
    await rename(this.#at(name), this.#at(gone)).catch(ifMissing);
    await this.#remove(gone);
  }

  /** Removes the whole folder. */
  async removeAll(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  async #makeBest(checkpoint: string): Promise<void> {
    const made = temporary();
    await mkdir(this.#at(made));
    for (const file of await readdir(this.#at(checkpoint))) {
      const [from, to] = [join(this.#at(checkpoint), file), join(this.#at(made), file)];
      // Not all file systems have links.
      await link(from, to).catch(() => copyFile(from, to));
    }
    await this.remove('best');
    await rename(this.#at(made), this.#at('best'));
    await syncFolder(this.path);
  }

  /** Gives a checkpoint another's name, if it is there. */
  async #replace(from: CheckpointName, to: CheckpointName): Promise<void> {
    const names = await readdir(this.path);
    if (!names.includes(from)) return;
    await this.remove(to);
    await rename(this.#at(from), this.#at(to));
  }

  #at(name: string): string {
    return join(this.path, name);
  }

  async #remove(name: string): Promise<void> {
    await rm(this.#at(name), { recursive: true, force: true });
  }
}

function temporary(): string {
  return `${TEMPORARY}${randomBytes(4).toString('hex')}`;
}

function ifMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
