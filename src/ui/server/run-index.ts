import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ComparedRun } from '../../analysis/compared-run.ts';
import { readStatus } from '../../run-folder/status.ts';
import { runWithoutSettings, settingsOf } from '../../runs/compared.ts';
import { nameOf, type RunPlace } from '../../runs/places.ts';
import { RunFolders } from './run-folders.ts';
import { SeenColumns } from './run-table.ts';

/** So often runs that go on are looked at, and the folders for new ones. */
const LOOK_MS = 1_000;
/** So many of the latest runs are looked at each time, for they may have only begun, */
const LATEST = 40;
/** and so many of the others that have ended in turn, for one may go on. */
const ENDED_AT_ONCE = 400;
/** Runs read before their change is told. */
const READ_AT_ONCE = 100;

interface Entry {
  readonly place: RunPlace;
  run: ComparedRun;
  /** What its files were like when it was read; `null`: it was not yet. */
  stamp: string | null;
  settings: ComparedRun['settings'] | null;
}

/**
 * The runs of a folder, held in memory and kept up to date by the times of files, which serves folders that
 * other machines write to as well. At first only names are known; then a few small files of each run are read,
 * the latest first, and again only when they change.
 */
export class RunIndex {
  /** Folder that holds all runs. */
  readonly folder: string;
  /** What runs that were read have values in. */
  readonly columns = new SeenColumns();
  readonly #folders: RunFolders;
  /** By name, the latest first. */
  #entries: ReadonlyMap<string, Entry> = new Map();
  #version = 0;
  #looks = 0;
  readonly #closed = new AbortController();
  readonly #listeners = new Set<(changed: readonly string[]) => void>();

  private constructor(folder: string) {
    this.folder = folder;
    this.#folders = new RunFolders(folder);
  }

  /** Reads no file yet; that begins by itself. */
  static async open(folder: string): Promise<RunIndex> {
    const index = new RunIndex(folder);
    await index.#findRuns();
    void index.#keepUpToDate();
    return index;
  }

  close(): void {
    this.#closed.abort();
  }

  /** The latest first. */
  get runs(): ComparedRun[] {
    return [...this.#entries.values()].map(({ run }) => run);
  }

  /** Another after each change. */
  get version(): number {
    return this.#version;
  }

  /** How many runs are not wholly read. */
  get unread(): number {
    return [...this.#entries.values()].filter(({ settings }) => settings === null).length;
  }

  get sweeps(): string[] {
    return this.#folders.sweeps;
  }

  /** Path of a run's folder; `null` if there is no run of this name. */
  pathOf(name: string): string | null {
    return this.#entries.get(name)?.place.path ?? null;
  }

  /**
   * @param listener is given the names of runs that came, went or changed.
   * @returns what ends it.
   */
  onChange(listener: (changed: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #keepUpToDate(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#readNew();
      await setTimeout(LOOK_MS, null, { signal }).catch(() => {});
      this.#tell([...(await this.#findRuns()), ...(await this.#readChanged())]);
    }
  }

  /** What tables show of all runs, then their settings. */
  async #readNew(): Promise<void> {
    const entries = [...this.#entries.values()];
    const unread = entries.filter(({ stamp }) => stamp === null);
    const unset = entries.filter(({ settings }) => settings === null);
    await this.#readAll(unread, (entry) => this.#readRun(entry));
    await this.#readAll(unset, (entry) => this.#readSettings(entry));
  }

  async #readAll(entries: readonly Entry[], read: (entry: Entry) => Promise<void>): Promise<void> {
    for (let from = 0; from < entries.length && !this.#closed.signal.aborted; ) {
      const some = entries.slice(from, from + READ_AT_ONCE);
      for (const entry of some) await read(entry);
      from += some.length;
      this.#tell(namesOf(some));
    }
  }

  /** Of those that may go on, and some of the others in turn. */
  async #readChanged(): Promise<string[]> {
    const entries = [...this.#entries.values()];
    const active = entries.filter((entry, i) => i < LATEST || isActive(entry));
    const ended = entries.filter((entry, i) => i >= LATEST && !isActive(entry));
    const turns = Math.max(1, Math.ceil(ended.length / ENDED_AT_ONCE));
    const from = (this.#looks++ % turns) * ENDED_AT_ONCE;
    const looked = [...active, ...ended.slice(from, from + ENDED_AT_ONCE)];
    const stamps = await Promise.all(looked.map(stampOf));
    const changed = looked.filter(({ stamp }, i) => stamp !== stamps[i]);
    for (const entry of changed) await this.#readRun(entry);
    return namesOf(changed);
  }

  async #readRun(entry: Entry): Promise<void> {
    const { place, settings } = entry;
    entry.stamp = await stampOf(entry);
    const run = await runWithoutSettings(place).catch((error: Error) => damaged(place, error));
    entry.run = { ...run, settings: settings ?? {} };
    this.columns.addFacts(run);
  }

  async #readSettings(entry: Entry): Promise<void> {
    const settings = await settingsOf(entry.place.path).catch(() => ({}));
    entry.settings = settings;
    entry.run = { ...entry.run, settings };
    this.columns.addSettings(settings);
  }

  /** @returns names of runs that came or went. */
  async #findRuns(): Promise<string[]> {
    if (!(await this.#folders.look())) return [];
    const before = this.#entries;
    const places = this.#folders.places.toSorted((a, b) => (a.started < b.started ? 1 : -1));
    this.#entries = new Map(
      places.map((place) => [nameOf(place), before.get(nameOf(place)) ?? newEntry(place)]),
    );
    const gone = [...before.keys()].filter((name) => !this.#entries.has(name));
    const come = [...this.#entries.values()].filter(({ place }) => !before.has(nameOf(place)));
    for (const { run } of come) this.columns.addFacts(run);
    return [...gone, ...namesOf(come)];
  }

  #tell(changed: readonly string[]): void {
    if (changed.length === 0) return;
    this.#version++;
    for (const listener of this.#listeners) listener(changed);
  }
}

function newEntry(place: RunPlace): Entry {
  const { experiment, id, started } = place;
  const facts = { run: nameOf(place), experiment, id, started, status: 'waiting' } as const;
  return { place, run: { facts, settings: {}, metrics: {} }, stamp: null, settings: null };
}

function damaged(place: RunPlace, { message }: Error): ComparedRun {
  const { run } = newEntry(place);
  return { ...run, facts: { ...run.facts, status: 'damaged', error: message } };
}

function isActive({ run }: Entry): boolean {
  return run.facts.status === 'running';
}

/** All files but metrics.csv, which grows, are renamed into their folder, and that changes its time. */
async function stampOf(entry: Entry): Promise<string> {
  const { path } = entry.place;
  const times = [path, join(path, 'metrics.csv')].map(async (each) => {
    const { mtimeMs, size } = await stat(each).catch(() => ({ mtimeMs: 0, size: 0 }));
    return `${mtimeMs} ${size}`;
  });
  // One whose process was killed tells nothing.
  const status = isActive(entry) ? await readStatus(path).catch(() => null) : null;
  return [...(await Promise.all(times)), isActive(entry) ? status?.state : ''].join();
}

function namesOf(entries: readonly Entry[]): string[] {
  return entries.map(({ place }) => nameOf(place));
}
