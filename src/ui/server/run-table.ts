import { chooseColumns, filterRuns, parseOrder, sortRuns } from '../../analysis/columns.ts';
import type { ComparedRun } from '../../analysis/compared-run.ts';
import type { Table } from '../../analysis/table.ts';
import { runsTable } from '../../analysis/views.ts';
import { MAIN_COLUMNS } from '../../experiment/metrics.ts';
import type { RunIndex } from './run-index.ts';

/** What a person asks of the table of runs, as `cifar-run compare` has it. */
export interface RunQuery {
  readonly filter: string;
  readonly sort: string;
  readonly columns: string;
}

/** Some rows of the table of runs, and what is to be known of the others. */
export interface RunWindow extends Table {
  /** Name of the run of each row. */
  readonly names: readonly string[];
  /** Runs for which the filter holds. */
  readonly total: number;
  /** All runs, and those of which not all is read yet. */
  readonly runs: number;
  readonly unread: number;
  /** What can be shown, filtered and sorted. */
  readonly known: readonly string[];
  readonly sweeps: readonly string[];
}

/** Facts that the name of the run says already, or that are too long for a column. */
const HIDDEN = ['run', 'id', 'error', 'folder'];
/** More settings than these are shown only if they are asked for. */
const MOST_SETTINGS = 4;

/** The table of runs, window by window: what is asked for again is not worked out again. */
export class RunTable {
  readonly #index: RunIndex;
  #last: { readonly key: string; readonly selected: Selected } | null = null;

  constructor(index: RunIndex) {
    this.#index = index;
  }

  /**
   * @param from the first row, from 0
   * @throws InputError when the query makes no sense, or names a column that no run has.
   */
  window(query: RunQuery, from: number, count: number): RunWindow {
    const { sorted, columns, known } = this.#select(query);
    const rows = sorted.slice(from, from + count);
    const { runs, unread, sweeps } = this.#index;
    return {
      ...runsTable(rows, columns),
      names: rows.map(({ facts }) => facts.run),
      total: sorted.length,
      runs: runs.length,
      unread,
      known,
      sweeps,
    };
  }

  #select(query: RunQuery): Selected {
    const key = JSON.stringify([this.#index.version, query]);
    if (this.#last?.key !== key) this.#last = { key, selected: select(this.#index, query) };
    return this.#last.selected;
  }
}

interface Selected {
  readonly sorted: readonly ComparedRun[];
  readonly columns: readonly string[];
  readonly known: readonly string[];
}

function select({ runs, columns }: RunIndex, query: RunQuery): Selected {
  const { known } = columns;
  const filtered = query.filter.trim() ? filterRuns(runs, query.filter, known) : runs;
  const sorted = query.sort ? sortRuns(filtered, parseOrder(query.sort, runs, known)) : filtered;
  const shown = known.filter((column) => !HIDDEN.includes(column));
  return {
    sorted,
    known: shown,
    columns: query.columns
      ? chooseColumns(query.columns, shown)
      : usualColumns(columns.differing, shown),
  };
}

function usualColumns(differing: readonly string[], known: readonly string[]): string[] {
  const settings = differing.filter((path) => path !== 'name');
  return [
    ...['experiment', 'started', 'status'],
    ...(settings.length <= MOST_SETTINGS ? settings : []),
    ...['epochs', 'seconds', ...MAIN_COLUMNS],
  ].filter((column) => known.includes(column));
}

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
