import { didYouMean } from '../common/did-you-mean.ts';
import type { Experiment, OptimizerConfig, ScheduleConfig } from '../experiment/experiment.ts';
import { columnName } from '../experiment/metrics.ts';
import type { Problem } from '../plan/problem.ts';
import { type Rule, repeats } from './rule.ts';

const phaseNamesAreUnique: Rule = ({ experiment: { phases } }) =>
  repeats(
    phases.map(({ name }) => name),
    (name, index) => ({
      path: ['phases', index, 'name'],
      message: `another phase is named ${name} already`,
    }),
  );

const metricsAreUnique: Rule = ({ experiment: { metrics } }) =>
  repeats(
    metrics.map(({ label }) => label),
    (label, index) => ({ path: ['metrics', index], message: `${label} is measured already` }),
  );

/** What is wrong with the name of a figure to watch. */
export function monitorProblems(
  { metrics }: Experiment,
  monitor: string,
  path: Problem['path'],
): Problem[] {
  const figures = ['loss', ...metrics.map(({ label }) => label)];
  const splits = ['train', 'validation'] as const;
  const columns = splits.flatMap((split) => figures.map((figure) => columnName(figure, split)));
  const known = [...new Set(columns)];
  if (known.includes(monitor)) return [];
  const message = `must be one of ${known.join(', ')}. Received: "${monitor}"${didYouMean(monitor, known)}`;
  return [{ path, message }];
}

const monitorsAreMeasured: Rule = ({ experiment }) =>
  experiment.phases.flatMap((phase, index) =>
    (['earlyStopping', 'reduceOnPlateau'] as const).flatMap((key) => {
      const path = ['phases', index, key, 'monitor'];
      const watching = phase[key];
      return watching ? monitorProblems(experiment, watching.monitor, path) : [];
    }),
  );

type OptimizerRule = (optimizer: OptimizerConfig) => { key: string; message: string }[];

const clipsInOneWay: OptimizerRule = (optimizer) => {
  const given = (['clipNorm', 'globalClipNorm', 'clipValue'] as const).filter(
    (key) => optimizer[key] !== null,
  );
  const message = `gradients are clipped in one way only. Received: ${given.join(' and ')}`;
  return given.slice(1).map((key) => ({ key, message }));
};

const nesterovHasMomentum: OptimizerRule = ({ args }) => {
  const message = 'needs momentum above 0. Received: momentum 0';
  return args.nesterov && args.momentum === 0 ? [{ key: 'nesterov', message }] : [];
};

const optimizersAreSound: Rule = ({ experiment: { phases } }) =>
  phases.flatMap(({ optimizer }, index) =>
    [clipsInOneWay, nesterovHasMomentum]
      .flatMap((rule) => rule(optimizer))
      .map(({ key, message }) => ({ path: ['phases', index, 'optimizer', key], message })),
  );

/** Keras' PiecewiseConstantDecay asks for the same. */
function piecewiseProblems({ args }: ScheduleConfig, path: Problem['path']): Problem[] {
  const { boundaries, values } = args as { boundaries: number[]; values: number[] };
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
}

const schedulesAreSound: Rule = ({ experiment: { phases } }) =>
  phases.flatMap(({ optimizer: { learningRate } }, index) => {
    if (typeof learningRate === 'number' || learningRate.schedule !== 'piecewise') return [];
    return piecewiseProblems(learningRate, ['phases', index, 'optimizer', 'learningRate']);
  });

export const phaseRules: readonly Rule[] = [
  phaseNamesAreUnique,
  metricsAreUnique,
  monitorsAreMeasured,
  optimizersAreSound,
  schedulesAreSound,
];
