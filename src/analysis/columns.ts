import { didYouMean, listWords } from '../common/did-you-mean.ts';
import { InputError } from '../common/errors.ts';
import { formatJson } from '../common/format.ts';
import { globMatcher } from '../common/glob.ts';
import { type Goal, metricOf } from '../experiment/metrics.ts';
import { type ComparedRun, valueIn } from './compared-run.ts';
import { parseFilter } from './filter.ts';
import { normalizePath, shortNames } from './settings.ts';

/** The names of all columns in which a run has a value. */
export function knownColumns(runs: readonly ComparedRun[]): string[] {
  const names = runs.flatMap(({ facts, settings, metrics }) =>
    [facts, metrics, settings].flatMap((each) => Object.keys(each)),
  );
  return [...new Set(names)];
}

/**
 * Resolves the name of a column: a full name, or the end of exactly one path.
 * @param where follows the name in an error.
 * @throws InputError if no column or several columns have the name.
 */
export function findColumn(name: string, known: readonly string[], where = ''): string {
  const path = normalizePath(name);
  if (known.includes(path)) return path;
  const [found, ...more] = known.filter((column) => column.endsWith(`.${path}`));
  if (found && more.length === 0) return found;
  if (found) throw new InputError(`${name}${where} is the end of ${[found, ...more].join(', ')}`);
  const hint =
    didYouMean(path, [...known, ...shortNames(known)]) ||
    `; there are ${listWords(known) || 'none'}`;
  throw new InputError(`no run has a column ${name}${where}${hint}`);
}

/**
 * Resolves a list of names and globs, `val_*,phases.*.epochs`, in its order.
 * @throws InputError if a name or glob matches no column.
 */
export function chooseColumns(list: string, known: readonly string[]): string[] {
  const names = list.split(',').map((name) => name.trim());
  const chosen = names.flatMap((name) => {
    if (!name.includes('*')) return [findColumn(name, known)];
    const isMatch = globMatcher(name, { sets: false });
    const found = known.filter((column) => isMatch(column));
    if (found.length > 0) return found;
    throw new InputError(
      `no run has a column like ${name}; there are ${listWords(known) || 'none'}`,
    );
  });
  return [...new Set(chosen)];
}

/**
 * The runs that match a filter.
 * @param known all columns of the runs, if the caller has them.
 * @throws InputError if the filter is invalid, or names a column that no run has.
 */
export function filterRuns(
  runs: readonly ComparedRun[],
  text: string,
  known: readonly string[] = knownColumns(runs),
): ComparedRun[] {
  const { columns, matches } = parseFilter(text);
  const names = new Map(
    columns.map(({ name, at }) => [
      name,
      findColumn(name, known, ` at character ${at + 1} of the filter`),
    ]),
  );
  return runs.filter((run) => matches((name) => valueIn(run, names.get(name) ?? name)));
}

/** A column to sort by, and which end of its values comes first. */
export interface Order {
  readonly column: string;
  readonly goal: Goal;
}

/**
 * Parses an order: a column's name, with a minus before it for the reverse order. Metrics begin with the best, all other
 * columns with the smallest value.
 * @param known all columns of the runs, if the caller has them.
 * @throws InputError for a column that no run has.
 */
export function parseOrder(
  text: string,
  runs: readonly ComparedRun[],
  known: readonly string[] = knownColumns(runs),
): Order {
  const isReversed = text.startsWith('-');
  const column = findColumn(isReversed ? text.slice(1) : text, known);
  const isMetric = runs.some(({ metrics }) => column in metrics);
  const goal = isMetric ? metricOf(column).goal : 'minimize';
  const opposite = goal === 'minimize' ? 'maximize' : 'minimize';
  return { column, goal: isReversed ? opposite : goal };
}

/** Runs without a value in the column come last. */
export function sortRuns(runs: readonly ComparedRun[], { column, goal }: Order): ComparedRun[] {
  const sign = goal === 'minimize' ? 1 : -1;
  return runs.toSorted((a, b) => {
    const [first, second] = [valueIn(a, column) ?? null, valueIn(b, column) ?? null];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    if (typeof first === 'number' && typeof second === 'number') return sign * (first - second);
    return sign * formatJson(first).localeCompare(formatJson(second), 'en', { numeric: true });
  });
}
