import { parseFilter } from '../../compare/filter.ts';
import { InputError } from '../../errors.ts';
import { didYouMean } from '../../model/did-you-mean.ts';

/**
 * Whether what `--fail-if` says holds of changes of metrics.
 * @throws InputError when it makes no sense, or names what is no metric of both.
 */
export function holdsOf(condition: string, changes: ReadonlyMap<string, number>): boolean {
  const { columns, holds } = parseFilter(condition);
  for (const { name } of columns) requireMetric(name, [...changes.keys()]);
  return holds((column) => changes.get(column));
}

/** @throws InputError when it is none of those that are known of both. */
export function requireMetric(metric: string, known: readonly string[]): void {
  if (known.includes(metric)) return;
  const hint = didYouMean(metric, known) || `; there are ${known.join(', ') || 'none'}`;
  throw new InputError(`the two have no metric ${metric} in common${hint}`);
}
