import { chooseColumns, filterRuns, parseOrder, sortRuns } from '../../analysis/columns.ts';
import type { ComparedRun } from '../../analysis/compared-run.ts';
import type { Table } from '../../analysis/table.ts';
import { runsTable } from '../../analysis/views.ts';
import { MAIN_COLUMNS } from '../../experiment/metrics.ts';
import type { RunIndex } from './run-index.ts';

/** The options of the table of runs, as `cifar-run compare` takes them. */
export interface RunQuery {
  readonly filter: string;
  readonly sort: string;
  readonly columns: string;
}

/** Some consecutive rows of the table of runs, and facts about the whole table. */
export interface RunWindow extends Table {
  /** Name of the run in each row. */
  readonly names: readonly string[];
  /** Number of runs that match the filter. */
  readonly total: number;
  /** Number of all runs. */
  readonly runs: number;
  /** Number of runs that are not completely read yet. */
  readonly unread: number;
  /** All columns. */
  readonly known: readonly string[];
  /** Names of sweeps. */
  readonly sweeps: readonly string[];
}

/** Facts that the run's name contains, or that are too long for a column. */
const HIDDEN_COLUMNS = ['run', 'id', 'error', 'folder'];
/** The default columns contain the differing settings only if there are at most this many. */
const MAX_DEFAULT_SETTINGS = 4;

/** The table of runs, of which a page requests windows. The last query's result is cached. */
export class RunTable {
  readonly #index: RunIndex;
  #last: { readonly key: string; readonly result: QueryResult } | null = null;

  constructor(index: RunIndex) {
    this.#index = index;
  }

  /**
   * @param from the first row, from 0
   * @throws InputError if the query is invalid or names an unknown column.
   */
  window(query: RunQuery, from: number, count: number): RunWindow {
    const { sorted, columns, known } = this.#result(query);
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

  #result(query: RunQuery): QueryResult {
    const key = JSON.stringify([this.#index.version, query]);
    if (this.#last?.key !== key) this.#last = { key, result: runQuery(this.#index, query) };
    return this.#last.result;
  }
}

interface QueryResult {
  readonly sorted: readonly ComparedRun[];
  readonly columns: readonly string[];
  readonly known: readonly string[];
}

function runQuery({ runs, columns }: RunIndex, query: RunQuery): QueryResult {
  const { known } = columns;
  const filtered = query.filter.trim() ? filterRuns(runs, query.filter, known) : runs;
  const sorted = query.sort ? sortRuns(filtered, parseOrder(query.sort, runs, known)) : filtered;
  const visible = known.filter((column) => !HIDDEN_COLUMNS.includes(column));
  return {
    sorted,
    known: visible,
    columns: query.columns
      ? chooseColumns(query.columns, visible)
      : defaultColumns(columns.differing, visible),
  };
}

function defaultColumns(differing: readonly string[], known: readonly string[]): string[] {
  const settings = differing.filter((path) => path !== 'name');
  const shown = settings.length <= MAX_DEFAULT_SETTINGS ? settings : [];
  return ['experiment', 'started', 'status', ...shown, 'epochs', 'seconds', ...MAIN_COLUMNS].filter(
    (column) => known.includes(column),
  );
}
