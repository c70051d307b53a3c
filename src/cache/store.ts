import { randomBytes } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { InputError } from '../common/errors.ts';
import { remove, rename } from '../common/files.ts';
import { withLock } from '../common/lock.ts';
import { cacheFolder } from './cache-folder.ts';
import {
  isIntact,
  isInUse,
  markInUse,
  readEntry,
  type StoredEntry,
  writeManifest,
} from './entry.ts';

/** The contents of an entry that may have to be created. */
export interface NewEntry {
  /** A description for users, e.g. `60000 images of cats.zip`. */
  readonly label: string;
  /** The approximate size, for which space is freed first. */
  readonly bytes: number;
  /** Writes the files of the entry into a new, empty folder. They must be complete when it returns. */
  readonly make: (folder: string) => Promise<void>;
  /** Called once if another process is creating the entry. */
  readonly onWait: () => void;
  readonly signal: AbortSignal;
}

/** An entry in use: its files stay until it is released or the process exits. */
export interface AcquiredEntry {
  readonly folder: string;
  release(): Promise<void>;
}

/**
 * A store of computed results. Each entry is a folder of files under a key that identifies all inputs of the
 * computation. Any number of processes can use the store at the same time.
 *
 * - `acquire(key, entry)` returns the folder of the entry. One process creates a missing entry while others wait. If it
 *   is killed, the next one starts again. A finished entry is moved to its place, so a partial one is never visible.
 * - The size, time and SHA-256 of each file is recorded. A file with the recorded size and time counts as unchanged; any
 *   other one is hashed. A changed entry is created again.
 * - The total size has a limit. The least recently used entries are removed first. An entry in use is never removed, so
 *   a single entry may be larger than the limit.
 *
 *     const { folder } = await openStore().acquire(`features-${hash}`, { label, bytes, make, onWait, signal });
 */
export class Store {
  readonly folder: string;
  /** Maximum total size in bytes. */
  readonly limit: number;

  constructor(folder: string, limit: number) {
    this.folder = folder;
    this.limit = limit;
  }

  /** Creates the folder of the store. @throws Error if that is not possible. */
  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
  }

  /**
   * Returns the entry of a key; creates it if it does not exist.
   *
   * @param key Letters, digits and `-`: a kind, then a hash of all inputs.
   * @throws the error of `make` or the reason of the signal; nothing is left of the entry then.
   */
  async acquire(key: string, entry: NewEntry): Promise<AcquiredEntry> {
    await this.prepare();
    const folder = this.#path(key);
    return withLock(folder, entry, async () => {
      if (!(await isIntact(folder))) await this.#create(key, entry);
      return { folder, release: await markInUse(folder) };
    });
  }

  /** Returns the entry of a key; `null` if there is none, or if another process creates or removes it. */
  async acquireExisting(key: string): Promise<AcquiredEntry | null> {
    const folder = this.#path(key);
    return this.#ifUnlocked(key, async () =>
      (await isIntact(folder)) ? { folder, release: await markInUse(folder) } : null,
    );
  }

  /** Returns the keys that start with `prefix`. */
  async keys(prefix = ''): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.filter((name) => name.startsWith(prefix) && !name.includes('.')).sort();
  }

  /** Returns all entries, the most recently used first. */
  async list(): Promise<StoredEntry[]> {
    const keys = await this.keys();
    const entries = await Promise.all(keys.map((key) => readEntry(this.#path(key), key)));
    return entries.filter((entry) => entry !== null).sort((a, b) => b.used - a.used);
  }

  /** Removes all entries that are not in use, and returns them. */
  async clear(): Promise<StoredEntry[]> {
    await this.#removeAbandoned();
    const entries = await this.list();
    const removed = await Promise.all(entries.map(({ key }) => this.remove(key)));
    return entries.filter((_, i) => removed[i]);
  }

  /** Removes an entry. Returns `false` if it is in use. */
  async remove(key: string): Promise<boolean> {
    const folder = this.#path(key);
    const removed = await this.#ifUnlocked(key, async () => {
      if (await isInUse(folder)) return false;
      const temporary = this.#temporary(key);
      await rename(folder, temporary);
      await remove(temporary);
      return true;
    });
    return removed === true;
  }

  async #create(key: string, { label, bytes, make }: NewEntry): Promise<void> {
    await this.#removeUnfinished(key);
    await remove(this.#path(key));
    await this.#freeSpace(bytes);
    const temporary = this.#temporary(key);
    try {
      await mkdir(temporary);
      await make(temporary);
      await writeManifest(temporary, label);
      await rename(temporary, this.#path(key));
    } finally {
      await remove(temporary);
    }
  }

  /** Removes the unfinished folders of an entry, which killed processes have left. */
  async #removeUnfinished(key: string): Promise<void> {
    for (const name of await this.#unfinishedFolders())
      if (keyOf(name) === key) await remove(join(this.folder, name));
  }

  async #removeAbandoned(): Promise<void> {
    for (const name of await this.#unfinishedFolders())
      await this.#ifUnlocked(keyOf(name), () => this.#removeUnfinished(keyOf(name)));
  }

  /** Returns the names of folders that are being created, or whose process was killed. */
  async #unfinishedFolders(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.filter((name) => name.endsWith('.tmp'));
  }

  /** Removes the least recently used entries until `bytes` more bytes are within the limit. */
  async #freeSpace(bytes: number): Promise<void> {
    await this.#removeAbandoned();
    const entries = await this.list();
    let total = entries.reduce((sum, entry) => sum + entry.bytes, bytes);
    for (const entry of entries.reverse()) {
      if (total <= this.limit) return;
      if (await this.remove(entry.key)) total -= entry.bytes;
    }
  }

  /** Runs work with the lock of an entry; returns `null` if another process has the lock. */
  async #ifUnlocked<T>(key: string, work: () => Promise<T>): Promise<T | null> {
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

/** Returns the key in the name of an unfinished folder. */
function keyOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}

/** Opens the store in the cache folder. Its limit is `CIFAR_RUN_CACHE_SIZE`. */
export function openStore(): Store {
  return new Store(join(cacheFolder(), 'store'), storeLimit());
}

const UNITS: Readonly<Record<string, number>> = { '': 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };
const DEFAULT_LIMIT = 20e9;

/**
 * Returns the size limit in bytes: `CIFAR_RUN_CACHE_SIZE`, e.g. `500MB`, else 20 GB.
 *
 * @throws InputError if the variable is not a size.
 */
export function storeLimit(): number {
  const given = process.env.CIFAR_RUN_CACHE_SIZE;
  if (!given) return DEFAULT_LIMIT;
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]?b)?$/i.exec(given.trim()) ?? [];
  if (digits === undefined) {
    throw new InputError(
      `CIFAR_RUN_CACHE_SIZE must be a size in bytes, kB, MB, GB or TB, e.g. 20GB. Received: "${given}"`,
    );
  }
  return Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
}
