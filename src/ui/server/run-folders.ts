import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRunPath, type RunPlace } from '../../run-folder/run-folder.ts';
import { isSweepFile } from '../../run-folder/sweep-record.ts';

/** The folder of an experiment. */
interface ExperimentFolder {
  /** Time of the last change to the folder's entries, in milliseconds. */
  readonly modified: number;
  readonly places: readonly RunPlace[];
  readonly isSweep: boolean;
}

/**
 * The list of run folders. It reads no files, and lists a folder again only if its modification time has changed, that
 * is, after an entry was added or removed.
 */
export class RunFolders {
  readonly #runs: string;
  #experiments: ReadonlyMap<string, ExperimentFolder> = new Map();

  /** @param runs the folder of all runs */
  constructor(runs: string) {
    this.#runs = runs;
  }

  get places(): RunPlace[] {
    return [...this.#experiments.values()].flatMap(({ places }) => places);
  }

  /** Names of the experiments that have a sweep.json. */
  get sweeps(): string[] {
    return [...this.#experiments].filter(([, { isSweep }]) => isSweep).map(([name]) => name);
  }

  /** @returns true if a folder was added, removed or changed. */
  async refresh(): Promise<boolean> {
    const entries = await readdir(this.#runs, { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const before = this.#experiments;
    const found = names.map(async (name) => [name, await this.#read(name)] as const);
    this.#experiments = new Map(await Promise.all(found));
    const isSame = ([name, folder]: [string, ExperimentFolder]) => before.get(name) === folder;
    return before.size !== names.length || ![...this.#experiments].every(isSame);
  }

  async #read(name: string): Promise<ExperimentFolder> {
    const path = join(this.#runs, name);
    const modified = (await stat(path).catch(() => null))?.mtimeMs ?? 0;
    const known = this.#experiments.get(name);
    if (known?.modified === modified) return known;
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    const folders = entries.filter((entry) => entry.isDirectory());
    return {
      modified,
      places: folders.flatMap((folder) => parseRunPath(join(path, folder.name)) ?? []),
      isSweep: entries.some((entry) => isSweepFile(entry.name)),
    };
  }
}
