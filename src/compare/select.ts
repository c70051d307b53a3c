import { goalOf } from '../config/goal.ts';
import { showValue } from '../plan/show-value.ts';
import { findColumn, knownColumns } from './columns.ts';
import { type ComparedRun, type Metric, valueIn } from './compared-run.ts';
import { parseFilter } from './filter.ts';

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
  const goal = isMetric ? goalOf(column) : 'minimize';
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
    return sign * showValue(one).localeCompare(showValue(other), 'en', { numeric: true });
  });
}
