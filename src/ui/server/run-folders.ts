import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { placeAt, type RunPlace } from '../../runs/places.ts';

/** The folder of an experiment. */
interface Experiment {
  /** When something was last added to it or taken away. */
  readonly changed: number;
  readonly places: readonly RunPlace[];
  readonly isSweep: boolean;
}

/** Where runs are. A folder is read only when something was added to it or taken away; no file is. */
export class RunFolders {
  readonly #runs: string;
  #experiments: ReadonlyMap<string, Experiment> = new Map();

  /** @param runs folder that holds all runs. */
  constructor(runs: string) {
    this.#runs = runs;
  }

  get places(): RunPlace[] {
    return [...this.#experiments.values()].flatMap(({ places }) => places);
  }

  /** Experiments of which there is a sweep.json. */
  get sweeps(): string[] {
    return [...this.#experiments].filter(([, { isSweep }]) => isSweep).map(([name]) => name);
  }

  /** @returns whether there is something new. */
  async look(): Promise<boolean> {
    const entries = await readdir(this.#runs, { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const before = this.#experiments;
    const found = names.map(async (name) => [name, await this.#experiment(name)] as const);
    this.#experiments = new Map(await Promise.all(found));
    const isSame = ([name, experiment]: [string, Experiment]) => before.get(name) === experiment;
    return before.size !== names.length || ![...this.#experiments].every(isSame);
  }

  async #experiment(name: string): Promise<Experiment> {
    const path = join(this.#runs, name);
    const changed = (await stat(path).catch(() => null))?.mtimeMs ?? 0;
    const known = this.#experiments.get(name);
    if (known?.changed === changed) return known;
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    const folders = entries.filter((entry) => entry.isDirectory());
    return {
      changed,
      places: folders.flatMap((folder) => placeAt(join(path, folder.name)) ?? []),
      isSweep: entries.some((entry) => entry.name === 'sweep.json'),
    };
  }
}
