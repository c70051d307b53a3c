import { didYouMean } from '../common/did-you-mean.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { columnName } from '../experiment/metrics.ts';
import type { Path, Problem } from '../experiment/problem.ts';
import { duplicates, type Rule } from './rule.ts';

const phaseNamesAreUnique: Rule = {
  reads: ['phases', 'phases.*.name'],
  check: ({ experiment: { phases } }) =>
    duplicates(
      phases.map(({ name }) => name),
      (name, index) => ({
        path: ['phases', index, 'name'],
        message: `another phase is already named ${name}`,
      }),
    ),
};

const metricsAreUnique: Rule = {
  each: 'metrics',
  reads: ['metrics.*.**'],
  check({ experiment: { metrics }, isKnown }, index) {
    const label = metrics[index]?.label;
    const first = metrics.findIndex((each, i) => each.label === label && isKnown(['metrics', i]));
    if (first === index) return [];
    return [{ path: ['metrics', index], message: `duplicate metric ${label}` }];
  },
};

/** The problem of monitoring a metric that the experiment does not measure. */
export function monitorProblems({ metrics }: Experiment, monitor: string, path: Path): Problem[] {
  const names = ['loss', ...metrics.map(({ label }) => label)];
  const splits = ['train', 'validation'] as const;
  const known = [
    ...new Set(splits.flatMap((split) => names.map((name) => columnName(name, split)))),
  ];
  if (known.includes(monitor)) return [];
  const message = `must be one of ${known.join(', ')}. Received: "${monitor}"${didYouMean(monitor, known)}`;
  return [{ path, message }];
}

const monitorsAreMeasured: Rule = {
  each: 'phases',
  reads: ['metrics.**', 'phases.*.earlyStopping.monitor', 'phases.*.reduceOnPlateau.monitor'],
  check({ experiment }, index) {
    const phase = experiment.phases[index];
    return (['earlyStopping', 'reduceOnPlateau'] as const).flatMap((key) => {
      const path = ['phases', index, key, 'monitor'];
      const monitor = phase?.[key]?.monitor;
      return monitor === undefined ? [] : monitorProblems(experiment, monitor, path);
    });
  },
};

const gradientsAreClippedOnce: Rule = {
  each: 'phases',
  reads: ['clipNorm', 'globalClipNorm', 'clipValue'].map((key) => `phases.*.optimizer.${key}`),
  check({ experiment }, index) {
    const optimizer = experiment.phases[index]?.optimizer;
    const given = (['clipNorm', 'globalClipNorm', 'clipValue'] as const).filter(
      (key) => optimizer && optimizer[key] !== null,
    );
    const message = `gradients are clipped in one way only. Received: ${given.join(' and ')}`;
    return given.slice(1).map((key) => ({ path: ['phases', index, 'optimizer', key], message }));
  },
};

const nesterovNeedsMomentum: Rule = {
  each: 'phases',
  reads: ['nesterov', 'momentum'].map((key) => `phases.*.optimizer.${key}`),
  check({ experiment }, index) {
    const { nesterov, momentum } = experiment.phases[index]?.optimizer.args ?? {};
    if (!nesterov || momentum !== 0) return [];
    const message = 'needs momentum above 0. Received: momentum 0';
    return [{ path: ['phases', index, 'optimizer', 'nesterov'], message }];
  },
};

/** Keras' PiecewiseConstantDecay requires the same. */
const piecewiseSchedulesAreConsistent: Rule = {
  each: 'phases',
  reads: ['phases.*.optimizer.learningRate.**'],
  check({ experiment }, index) {
    const learningRate = experiment.phases[index]?.optimizer.learningRate;
    if (typeof learningRate !== 'object' || learningRate.schedule !== 'piecewise') return [];
    const { boundaries, values } = learningRate.args as { boundaries: number[]; values: number[] };
    const path = ['phases', index, 'optimizer', 'learningRate'];
    const problems: Problem[] = [];
    if (values.length !== boundaries.length + 1) {
      const message = `must be one more than boundaries. Received: ${values.length} values and ${boundaries.length} boundaries`;
      problems.push({ path: [...path, 'values'], message });
    }
    if (boundaries.some((boundary, i) => i > 0 && boundary <= (boundaries[i - 1] as number))) {
      const message = `must ascend. Received: ${boundaries.join(', ')}`;
      problems.push({ path: [...path, 'boundaries'], message });
    }
    return problems;
  },
};

export const phaseRules: readonly Rule[] = [
  phaseNamesAreUnique,
  monitorsAreMeasured,
  metricsAreUnique,
  gradientsAreClippedOnce,
  nesterovNeedsMomentum,
  piecewiseSchedulesAreConsistent,
];
