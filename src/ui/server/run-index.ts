import { stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { ComparedRun } from '../../analysis/compared-run.ts';
import { readSettings } from '../../run-folder/experiment-files.ts';
import { metricsCsvPath } from '../../run-folder/metrics-csv.ts';
import { type RunPlace, runName } from '../../run-folder/run-folder.ts';
import { readStatus } from '../../run-folder/status.ts';
import { readWithoutSettings } from '../../runs/compared.ts';
import { RunFolders } from './run-folders.ts';

/** Milliseconds between two checks for changes. */
const CHECK_INTERVAL_MS = 1_000;
/** Every check covers this many of the latest runs, which may have just started. */
const ALWAYS_CHECKED = 40;
/** Every check covers this many of the other inactive runs in turn, because any may be resumed. */
const INACTIVE_PER_CHECK = 400;
/** Listeners are notified after this many runs have been read. */
const READ_BATCH = 100;

interface Entry {
  readonly place: RunPlace;
  run: ComparedRun;
  /** Times and sizes of the run's files when they were read; `null` before the first read. */
  stamp: string | null;
  /** `null` before they are read. */
  settings: ComparedRun['settings'] | null;
}

/**
 * The runs of a folder, in memory. Modification times show changes, so that the index also serves folders to which
 * other machines write. At first it knows only names; then it reads a few small files of each run, the latest run first,
 * and reads them again only after a change.
 */
export class RunIndex {
  /** The folder of all runs. */
  readonly folder: string;
  /** The columns of the runs read so far. */
  readonly columns = new RunColumns();
  readonly #folders: RunFolders;
  /** By name, the latest run first. */
  #entries: ReadonlyMap<string, Entry> = new Map();
  #version = 0;
  #checks = 0;
  readonly #closed = new AbortController();
  readonly #listeners = new Set<(changed: readonly string[]) => void>();

  private constructor(folder: string) {
    this.folder = folder;
    this.#folders = new RunFolders(folder);
  }

  /** Lists the runs and starts to read their files in the background. */
  static async open(folder: string): Promise<RunIndex> {
    const index = new RunIndex(folder);
    await index.#findRuns();
    void index.#keepUpToDate();
    return index;
  }

  close(): void {
    this.#closed.abort();
  }

  /** The latest run first. */
  get runs(): ComparedRun[] {
    return [...this.#entries.values()].map(({ run }) => run);
  }

  /** Changes with every change of a run. */
  get version(): number {
    return this.#version;
  }

  /** Number of runs that are not completely read yet. */
  get unread(): number {
    return [...this.#entries.values()].filter(({ settings }) => settings === null).length;
  }

  /** Names of sweeps. */
  get sweeps(): string[] {
    return this.#folders.sweeps;
  }

  /** Path of a run's folder; `null` if there is no run of this name. */
  pathOf(name: string): string | null {
    return this.#entries.get(name)?.place.path ?? null;
  }

  /**
   * @param listener is called with the names of runs that were added, removed or changed
   * @returns a function that removes the listener
   */
  onChange(listener: (changed: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #keepUpToDate(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#readNewRuns();
      await setTimeout(CHECK_INTERVAL_MS, null, { signal }).catch(() => {});
      this.#notify([...(await this.#findRuns()), ...(await this.#readChangedRuns())]);
    }
  }

  /** Reads the results of all new runs, and then their settings, which take longer. */
  async #readNewRuns(): Promise<void> {
    const entries = [...this.#entries.values()];
    const withoutResults = entries.filter(({ stamp }) => stamp === null);
    const withoutSettings = entries.filter(({ settings }) => settings === null);
    await this.#readInBatches(withoutResults, (entry) => this.#readResults(entry));
    await this.#readInBatches(withoutSettings, (entry) => this.#readSettings(entry));
  }

  async #readInBatches(
    entries: readonly Entry[],
    read: (entry: Entry) => Promise<void>,
  ): Promise<void> {
    for (let from = 0; from < entries.length && !this.#closed.signal.aborted; from += READ_BATCH) {
      const batch = entries.slice(from, from + READ_BATCH);
      for (const entry of batch) await read(entry);
      this.#notify(namesOf(batch));
    }
  }

  /** Reads the active and some inactive runs that changed since the last check. @returns their names */
  async #readChangedRuns(): Promise<string[]> {
    const entries = [...this.#entries.values()];
    const active = entries.filter((entry, i) => i < ALWAYS_CHECKED || isRunning(entry));
    const inactive = entries.filter((entry, i) => i >= ALWAYS_CHECKED && !isRunning(entry));
    const turns = Math.max(1, Math.ceil(inactive.length / INACTIVE_PER_CHECK));
    const from = (this.#checks++ % turns) * INACTIVE_PER_CHECK;
    const checked = [...active, ...inactive.slice(from, from + INACTIVE_PER_CHECK)];
    const stamps = await Promise.all(checked.map(readStamp));
    const changed = checked.filter(({ stamp }, i) => stamp !== stamps[i]);
    for (const entry of changed) await this.#readResults(entry);
    return namesOf(changed);
  }

  async #readResults(entry: Entry): Promise<void> {
    const { place, settings } = entry;
    entry.stamp = await readStamp(entry);
    const run = await readWithoutSettings(place).catch((error: Error) => damagedRun(place, error));
    entry.run = { ...run, settings: settings ?? {} };
    this.columns.addResults(run);
  }

  async #readSettings(entry: Entry): Promise<void> {
    const settings = await readSettings(entry.place.path).catch(() => ({}));
    entry.settings = settings;
    entry.run = { ...entry.run, settings };
    this.columns.addSettings(settings);
  }

  /** @returns the names of runs that were added or removed */
  async #findRuns(): Promise<string[]> {
    if (!(await this.#folders.refresh())) return [];
    const before = this.#entries;
    const places = this.#folders.places.toSorted((a, b) => (a.started < b.started ? 1 : -1));
    this.#entries = new Map(
      places.map((place) => [
        runName(place.path),
        before.get(runName(place.path)) ?? newEntry(place),
      ]),
    );
    const removed = [...before.keys()].filter((name) => !this.#entries.has(name));
    const added = [...this.#entries.values()].filter(
      ({ place }) => !before.has(runName(place.path)),
    );
    for (const { run } of added) this.columns.addResults(run);
    return [...removed, ...namesOf(added)];
  }

  #notify(changed: readonly string[]): void {
    if (changed.length === 0) return;
    this.#version++;
    for (const listener of this.#listeners) listener(changed);
  }
}

function newEntry(place: RunPlace): Entry {
  const { experiment, id, started } = place;
  const facts = { run: runName(place.path), experiment, id, started, status: 'waiting' } as const;
  return { place, run: { facts, settings: {}, metrics: {} }, stamp: null, settings: null };
}

function damagedRun(place: RunPlace, { message }: Error): ComparedRun {
  const { run } = newEntry(place);
  return { ...run, facts: { ...run.facts, status: 'damaged', error: message } };
}

function isRunning({ run }: Entry): boolean {
  return run.facts.status === 'running';
}

/**
 * A text that changes with the run's files. Every file but metrics.csv, which grows, is renamed into the folder, and a
 * rename changes the folder's modification time.
 */
async function readStamp(entry: Entry): Promise<string> {
  const { path } = entry.place;
  const times = [path, metricsCsvPath(path)].map(async (each) => {
    const { mtimeMs, size } = await stat(each).catch(() => ({ mtimeMs: 0, size: 0 }));
    return `${mtimeMs} ${size}`;
  });
  // A killed process changes no file; only its run's state changes, to interrupted.
  const status = isRunning(entry) ? await readStatus(path).catch(() => null) : null;
  return [...(await Promise.all(times)), isRunning(entry) ? status?.state : ''].join();
}

function namesOf(entries: readonly Entry[]): string[] {
  return entries.map(({ place }) => runName(place.path));
}

/** The columns in which runs have values. It is updated run by run: a pass over all runs would take too long. */
export class RunColumns {
  readonly #results = new Set<string>();
  readonly #settings = new Map<string, SettingColumn>();
  #runs = 0;

  /** Adds the columns of a run's facts and metrics. Repeated calls for a run are allowed. */
  addResults({ facts, metrics }: ComparedRun): void {
    for (const name of [...Object.keys(facts), ...Object.keys(metrics)]) this.#results.add(name);
  }

  /** Adds the columns of a run's settings. Exactly one call for each run is allowed. */
  addSettings(settings: ComparedRun['settings']): void {
    this.#runs++;
    for (const [path, value] of Object.entries(settings)) {
      const text = JSON.stringify(value);
      const column = this.#settings.get(path);
      if (column) {
        column.runs++;
        column.varies ||= column.first !== text;
      } else this.#settings.set(path, { first: text, runs: 1, varies: false });
    }
  }

  get known(): string[] {
    return [...this.#results, ...this.#settings.keys()];
  }

  /** Settings that differ between runs. */
  get differing(): string[] {
    return [...this.#settings]
      .filter(([, { varies, runs }]) => varies || runs < this.#runs)
      .map(([path]) => path);
  }
}

interface SettingColumn {
  /** The first run's value, as JSON. */
  readonly first: string;
  /** Number of runs with a value. */
  runs: number;
  varies: boolean;
}
