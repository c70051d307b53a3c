import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { withLock } from '../common/lock.ts';
import { cacheFolder, storeLimit } from './cache-folder.ts';
import { describe, hold, isHeld, isWhole, type StoredEntry, seal } from './entry.ts';

/** How an entry is made that is not there. */
export interface Making {
  /** What people are told it is, e.g. `60000 images of cats.zip`. */
  readonly label: string;
  /** About how large it becomes; room is made for it before. */
  readonly bytes: number;
  /** Writes the entry's files into this folder, which is new and empty; they are complete when it returns. */
  readonly make: (folder: string) => Promise<void>;
  /** Called once if another process is making it. */
  readonly waiting: () => void;
  readonly signal: AbortSignal;
}

/** An entry in use: its files stay until it is released or the process ends. */
export interface Held {
  readonly folder: string;
  release(): Promise<void>;
}

/**
 * What was computed once and may be needed again: folders of files, each under a key that says all that
 * they depend on. Any number of processes use it at once.
 *
 * - `hold(key, making)` gives the entry's folder. One process makes what is missing while others wait; if it
 *   is killed, the next one begins anew. An entry appears whole, by a rename, or not at all.
 * - Sizes, times and SHA-256 of an entry's files are kept with it. A file of the same size and time is taken
 *   to be the same, any other is read and compared, and an entry that is not what it was is made again.
 * - All entries together are bounded. What nobody has asked for longest goes first; what is held never goes,
 *   so that a single entry larger than the bound can still be used.
 *
 *     const { folder } = await openStore().hold(`features-${hash}`, { label, bytes, make, waiting, signal });
 */
export class Store {
  readonly folder: string;
  /** Bytes of all entries together. */
  readonly limit: number;

  constructor(folder: string, limit: number) {
    this.folder = folder;
    this.limit = limit;
  }

  /** @throws Error when nothing can be kept: the folder cannot be made. */
  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
  }

  /**
   * The entry of this key, made if it is not there.
   *
   * @param key Letters, digits and `-`: its kind, then a hash of what it depends on.
   * @throws what `make` throws, and the signal's reason; nothing is left of the entry then.
   */
  async hold(key: string, making: Making): Promise<Held> {
    await this.prepare();
    const folder = this.#path(key);
    return withLock(folder, making, async () => {
      if (!(await isWhole(folder))) await this.#make(key, making);
      return { folder, release: await hold(folder) };
    });
  }

  /** The entry of this key; `null` where there is none, or another process makes or removes it. */
  async holdIfThere(key: string): Promise<Held | null> {
    const folder = this.#path(key);
    return this.#ifFree(key, async () =>
      (await isWhole(folder)) ? { folder, release: await hold(folder) } : null,
    );
  }

  /** Keys of the entries that begin so. */
  async keys(prefix = ''): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.filter((name) => name.startsWith(prefix) && !name.includes('.')).sort();
  }

  /** All entries, the last used first. */
  async list(): Promise<StoredEntry[]> {
    const keys = await this.keys();
    const entries = await Promise.all(keys.map((key) => describe(this.#path(key), key)));
    return entries.filter((entry) => entry !== null).sort((a, b) => b.used - a.used);
  }

  /** Removes all that nobody holds; says what is gone. */
  async clear(): Promise<StoredEntry[]> {
    await this.#discardAbandoned();
    const entries = await this.list();
    const removed = await Promise.all(entries.map(({ key }) => this.remove(key)));
    return entries.filter((_, i) => removed[i]);
  }

  /** Removes an entry unless someone holds it; says whether it is gone. */
  async remove(key: string): Promise<boolean> {
    const folder = this.#path(key);
    const removed = await this.#ifFree(key, async () => {
      if (await isHeld(folder)) return false;
      const temporary = this.#temporary(key);
      await rename(folder, temporary);
      await rm(temporary, { recursive: true, force: true });
      return true;
    });
    return removed === true;
  }

  async #make(key: string, { label, bytes, make }: Making): Promise<void> {
    await this.#discard(key);
    await rm(this.#path(key), { recursive: true, force: true });
    await this.#makeRoom(bytes);
    const temporary = this.#temporary(key);
    try {
      await mkdir(temporary);
      await make(temporary);
      await seal(temporary, label);
      await rename(temporary, this.#path(key));
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  /** Removes what killed processes have left of an entry. */
  async #discard(key: string): Promise<void> {
    for (const name of await this.#unfinished())
      if (keyOf(name) === key) await rm(join(this.folder, name), { recursive: true, force: true });
  }

  async #discardAbandoned(): Promise<void> {
    for (const name of await this.#unfinished())
      await this.#ifFree(keyOf(name), () => this.#discard(keyOf(name)));
  }

  /** Names of folders that are, or were, being made. */
  async #unfinished(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.filter((name) => name.endsWith('.tmp'));
  }

  /** Removes entries, the one not used for longest first, until so many bytes more are within the bound. */
  async #makeRoom(bytes: number): Promise<void> {
    await this.#discardAbandoned();
    const entries = await this.list();
    let total = entries.reduce((sum, entry) => sum + entry.bytes, bytes);
    for (const entry of entries.reverse()) {
      if (total <= this.limit) return;
      if (await this.remove(entry.key)) total -= entry.bytes;
    }
  }

  /** `null` where another process is at work on the entry. */
  async #ifFree<T>(key: string, work: () => Promise<T>): Promise<T | null> {
    const options = { realpath: false, onCompromised() {} };
    const release = await lockfile.lock(this.#path(key), options).catch(() => null);
    return release ? work().finally(() => release().catch(() => {})) : null;
  }

  #path(key: string): string {
    return join(this.folder, key);
  }

  #temporary(key: string): string {
    return `${this.#path(key)}.${randomBytes(4).toString('hex')}.tmp`;
  }
}

/** The key that a lock or an unfinished folder belongs to. */
function keyOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}

/** The store of the user's cache folder, bounded by `CIFAR_RUN_CACHE_SIZE`. */
export function openStore(): Store {
  return new Store(join(cacheFolder(), 'store'), storeLimit());
}
