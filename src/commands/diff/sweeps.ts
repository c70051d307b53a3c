import { diffSweeps } from '../../compare/sweep-diff.ts';
import { describeSweepDiff, sweepSections } from '../../compare/sweep-diff-views.ts';
import type { ComparedSweep } from '../../compare/sweep-summary.ts';
import { goalOf } from '../../config/goal.ts';
import { InputError } from '../../errors.ts';
import type { DiffOptions } from '../diff.ts';
import { holdsOf, requireMetric } from './condition.ts';
import type { Findings } from './print.ts';

/**
 * What `--fail-if` says holds when it does so of the means of any cell.
 * @throws InputError when the sweeps have no cell in common, or not the metric that is asked for.
 */
export function sweepFindings(
  first: ComparedSweep,
  second: ComparedSweep,
  options: DiffOptions,
): Findings & { readonly holds: boolean } {
  const { metric: name, failIf } = options;
  const diff = diffSweeps(
    first,
    second,
    name === undefined ? undefined : { name, goal: goalOf(name) },
  );
  if (diff.cells.length === 0) {
    const sets = ({ parameters }: ComparedSweep) => parameters.join(', ') || 'nothing but seeds';
    throw new InputError(
      `the sweeps have no cell in common: ${first.name} sets ${sets(first)}; ${second.name} sets ${sets(second)}`,
    );
  }
  const all = diff.cells.map((cell) => new Map(Object.entries(cell.changes)));
  // Of a cell whose runs have all failed there is nothing to say.
  const changes = all.filter(({ size }) => size > 0);
  if (name !== undefined) requireMetric(name, [...(changes[0]?.keys() ?? [])]);
  return {
    json: { first: first.name, second: second.name, ...diff },
    texts: [`first   ${first.name}\nsecond  ${second.name}`, describeSweepDiff(diff)],
    sections: sweepSections(diff, options),
    holds: failIf !== undefined && changes.some((each) => holdsOf(failIf, each)),
  };
}
