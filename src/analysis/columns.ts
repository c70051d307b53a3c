import picomatch from 'picomatch';
import { didYouMean } from '../common/did-you-mean.ts';
import { InputError } from '../common/errors.ts';
import { formatJson } from '../common/format.ts';
import { metricOf } from '../experiment/metrics.ts';
import { type ComparedRun, type Metric, valueIn } from './compared-run.ts';
import { parseFilter } from './filter.ts';
import { shortNames, spelled } from './settings.ts';

/** All names of columns that some run has a value in. */
export function knownColumns(runs: readonly ComparedRun[]): string[] {
  const names = runs.flatMap(({ facts, settings, metrics }) =>
    [facts, metrics, settings].flatMap((each) => Object.keys(each)),
  );
  return [...new Set(names)];
}

/** As many as an error lists. */
const LISTED = 12;

/**
 * The column that a person names: as it stands in the file, or the end of a path that no other ends in.
 * @param where the name stands, for what is said of a wrong one.
 * @throws InputError when there is none, or more than one.
 */
export function findColumn(name: string, known: readonly string[], where = ''): string {
  const path = spelled(name);
  if (known.includes(path)) return path;
  const [found, ...more] = known.filter((column) => column.endsWith(`.${path}`));
  if (found && more.length === 0) return found;
  if (found) throw new InputError(`${name}${where} is the end of ${[found, ...more].join(', ')}`);
  const hint =
    didYouMean(path, [...known, ...shortNames(known)]) || `; there are ${inShort(known)}`;
  throw new InputError(`no run has a column ${name}${where}${hint}`);
}

/**
 * Columns by names and globs, `val_*,phases.*.epochs`, in the order in which they are named.
 * @throws InputError for a name or glob that no column answers to.
 */
export function chooseColumns(list: string, known: readonly string[]): string[] {
  const names = list.split(',').map((name) => name.trim());
  const chosen = names.flatMap((name) => {
    if (!name.includes('*')) return [findColumn(name, known)];
    const matches = picomatch(name, { nobracket: true });
    const found = known.filter((column) => matches(column));
    if (found.length > 0) return found;
    throw new InputError(`no run has a column like ${name}; there are ${inShort(known)}`);
  });
  return [...new Set(chosen)];
}

function inShort(names: readonly string[]): string {
  const more = names.length - LISTED;
  const rest = more > 0 ? ` and ${more} more (--json shows all)` : '';
  return `${names.slice(0, LISTED).join(', ') || 'none'}${rest}`;
}

/** What to put in order, and which end first. */
export interface Order {
  readonly column: string;
  readonly goal: Metric['goal'];
}

/**
 * The runs for which a filter holds.
 * @param known all columns of the runs, where they are known already.
 * @throws InputError when it makes no sense, or names a column that no run has.
 */
export function filterRuns(
  runs: readonly ComparedRun[],
  text: string,
  known: readonly string[] = knownColumns(runs),
): ComparedRun[] {
  const { columns, holds } = parseFilter(text);
  const names = new Map(
    columns.map(({ name, at }) => [
      name,
      findColumn(name, known, ` at character ${at + 1} of the filter`),
    ]),
  );
  return runs.filter((run) => holds((name) => valueIn(run, names.get(name) ?? name)));
}

/**
 * `val_loss` and `val_accuracy` the best first, all else from the least; a minus before it turns it round.
 * @param known all columns of the runs, where they are known already.
 * @throws InputError for a column that no run has.
 */
export function parseOrder(
  text: string,
  runs: readonly ComparedRun[],
  known: readonly string[] = knownColumns(runs),
): Order {
  const turned = text.startsWith('-');
  const column = findColumn(turned ? text.slice(1) : text, known);
  const isMetric = runs.some(({ metrics }) => column in metrics);
  const goal = isMetric ? metricOf(column).goal : 'minimize';
  const other = goal === 'minimize' ? 'maximize' : 'minimize';
  return { column, goal: turned ? other : goal };
}

/** Runs that have nothing in the column come last. */
export function sortRuns(runs: readonly ComparedRun[], { column, goal }: Order): ComparedRun[] {
  const sign = goal === 'minimize' ? 1 : -1;
  return runs.toSorted((a, b) => {
    const [one, other] = [valueIn(a, column) ?? null, valueIn(b, column) ?? null];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    if (typeof one === 'number' && typeof other === 'number') return sign * (one - other);
    return sign * formatJson(one).localeCompare(formatJson(other), 'en', { numeric: true });
  });
}
