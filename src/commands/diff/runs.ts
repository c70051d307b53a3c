import { type DiffedRun, diffRuns, type RunDiff } from '../../compare/diff.ts';
import { curveLines, describeVerdict, diffSections } from '../../compare/diff-views.ts';
import type { DiffOptions } from '../diff.ts';
import { paintFor } from './colours.ts';
import { holdsOf, requireMetric } from './condition.ts';
import type { Findings } from './print.ts';

/** @throws InputError when the runs do not both have the metric that is asked for. */
export function runFindings(
  first: DiffedRun,
  second: DiffedRun,
  options: DiffOptions,
): Findings & { readonly holds: boolean } {
  const diff = diffRuns(first, second);
  if (options.metric !== undefined) requireMetric(options.metric, metricsOf(diff));
  const names = `first   ${first.name}\nsecond  ${second.name}`;
  const paint = options.md ? undefined : paintFor(process.stdout);
  const curves = curveLines(first, second, options, paint).join('\n');
  return {
    json: { first: first.name, second: second.name, ...diff },
    texts: [names, describeVerdict(diff), ...(curves ? [curves] : [])],
    sections: diffSections(diff, options),
    holds: options.failIf !== undefined && holdsOf(options.failIf, modelChanges(diff)),
  };
}

/** Whether of the finished models or of epochs. */
function metricsOf({ metrics }: RunDiff): string[] {
  return metrics.map(({ name }) => name.slice(name.indexOf(' ') + 1));
}

/** Names are those of the finished models' metrics. */
function modelChanges({ metrics }: RunDiff): Map<string, number> {
  const models = metrics.filter(({ name }) => name.startsWith('model '));
  return new Map(
    models.map(({ name, first, second }) => [name.slice('model '.length), second - first]),
  );
}
