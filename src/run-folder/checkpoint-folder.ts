import { randomBytes } from 'node:crypto';
import { copyFile, link, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RunError } from '../common/errors.ts';
import { remove, rename, syncFolder } from '../common/files.ts';
import { type CheckpointContent, readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';

/** `previous` is the one before `last`; it stays until the run finishes, in case `last` is damaged. */
export type CheckpointName = 'last' | 'previous' | 'best';

/** Path of the folder of a run's checkpoints. */
export function checkpointsPath(run: string): string {
  return join(run, 'checkpoints');
}

/** The prefix of folders that are being written or removed. */
const TEMPORARY = '.';

/** The folder checkpoints/ of a run: each checkpoint in it is complete or absent, whenever the process ends. */
export class CheckpointFolder<State> {
  readonly path: string;

  /** @param run the run's folder. */
  constructor(run: string) {
    this.path = checkpointsPath(run);
  }

  /** Creates the folder, or removes what an interrupted process left incomplete in it. */
  async open(): Promise<void> {
    await mkdir(this.path, { recursive: true });
    const names = await readdir(this.path);
    for (const name of names) if (name.startsWith(TEMPORARY)) await this.#delete(name);
  }

  /**
   * Writes a new `last`; the earlier one becomes `previous`.
   * @param isBest makes it `best` as well, with links that take no space.
   * @throws RunError if it cannot be written; all others are unchanged then.
   */
  async write(content: CheckpointContent<State>, isBest: boolean): Promise<void> {
    const written = temporaryName();
    try {
      await writeCheckpoint(this.#pathOf(written), content);
      // `best` comes first: a run that is killed in between resumes from the earlier `last` and writes both again.
      if (isBest) await this.#makeBest(written);
      await this.#rename('last', 'previous');
      await rename(this.#pathOf(written), this.#pathOf('last'));
      await syncFolder(this.path);
    } catch (error) {
      await this.#delete(written).catch(() => {});
      const { message } = error as Error;
      throw new RunError(`cannot write the checkpoint ${this.#pathOf('last')}: ${message}`, {
        cause: error,
      });
    }
  }

  /** @throws Error if it is missing or damaged; LaterFormatError if a later version wrote it. */
  read(name: CheckpointName): Promise<CheckpointContent<State>> {
    return readCheckpoint(this.#pathOf(name));
  }

  async remove(name: CheckpointName): Promise<void> {
    const removed = temporaryName();
    await rename(this.#pathOf(name), this.#pathOf(removed)).catch(ifMissing);
    await this.#delete(removed);
  }

  /** Removes the whole folder. */
  async removeAll(): Promise<void> {
    await remove(this.path);
  }

  async #makeBest(checkpoint: string): Promise<void> {
    const copy = temporaryName();
    await mkdir(this.#pathOf(copy));
    for (const file of await readdir(this.#pathOf(checkpoint))) {
      const [from, to] = [join(this.#pathOf(checkpoint), file), join(this.#pathOf(copy), file)];
      // Some file systems have no links.
      await link(from, to).catch(() => copyFile(from, to));
    }
    await this.remove('best');
    await rename(this.#pathOf(copy), this.#pathOf('best'));
    await syncFolder(this.path);
  }

  /** Renames a checkpoint if it exists, and replaces the one of that name. */
  async #rename(from: CheckpointName, to: CheckpointName): Promise<void> {
    const names = await readdir(this.path);
    if (!names.includes(from)) return;
    await this.remove(to);
    await rename(this.#pathOf(from), this.#pathOf(to));
  }

  #pathOf(name: string): string {
    return join(this.path, name);
  }

  async #delete(name: string): Promise<void> {
    await remove(this.#pathOf(name));
  }
}

function temporaryName(): string {
  return `${TEMPORARY}${randomBytes(4).toString('hex')}`;
}

function ifMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
