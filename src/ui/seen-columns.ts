import type { ComparedRun } from '../compare/compared-run.ts';

/** The columns that runs have values in, gathered run by run: going through all again would take too long. */
export class SeenColumns {
  readonly #facts = new Set<string>();
  readonly #settings = new Map<string, Seen>();
  #runs = 0;

  /** @param run as often as it is read. */
  addFacts({ facts, metrics }: ComparedRun): void {
    for (const name of [...Object.keys(facts), ...Object.keys(metrics)]) this.#facts.add(name);
  }

  /** @param settings once for each run. */
  addSettings(settings: ComparedRun['settings']): void {
    this.#runs++;
    for (const [path, value] of Object.entries(settings)) {
      const text = JSON.stringify(value);
      const seen = this.#settings.get(path);
      if (!seen) this.#settings.set(path, { first: text, runs: 1, varies: false });
      else {
        seen.runs++;
        seen.varies ||= seen.first !== text;
      }
    }
  }

  get known(): string[] {
    return [...this.#facts, ...this.#settings.keys()];
  }

  /** Settings that not all runs share. */
  get differing(): string[] {
    return [...this.#settings]
      .filter(([, { varies, runs }]) => varies || runs < this.#runs)
      .map(([path]) => path);
  }
}

interface Seen {
  /** The first run's value, as JSON. */
  readonly first: string;
  /** How many runs set it. */
  runs: number;
  varies: boolean;
}
