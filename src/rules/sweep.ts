import type { SweepParameter } from '../experiment/file-types.ts';
import type { Problem } from '../plan/problem.ts';
import { monitorProblems } from './phases.ts';
import type { Rule } from './rule.ts';

type Method = 'grid' | 'random' | 'zip';

const metricsAreMeasured: Rule = ({ file: { sweep }, experiment }) => {
  const problems = (name: string | undefined, path: Problem['path']) =>
    name === undefined ? [] : monitorProblems(experiment, name, path);
  return [
    ...problems(sweep?.metric?.name, ['sweep', 'metric', 'name']),
    ...problems(sweep?.asha?.metric, ['sweep', 'asha', 'metric']),
  ];
};

const randomHasTrials: Rule = ({ file: { sweep } }) => {
  const isRandom = sweep?.method === 'random';
  if (isRandom && !sweep.trials) {
    const message = 'is missing; the method random needs the number of draws';
    return [{ path: ['sweep', 'trials'], message }];
  }
  if (!sweep?.trials || isRandom) return [];
  const message = `is only for the method random. Received: the method ${sweep.method ?? 'grid'}`;
  return [{ path: ['sweep', 'trials'], message }];
};

const parametersFitMethod: Rule = ({ file: { sweep } }) =>
  Object.entries(sweep?.parameters ?? {}).flatMap(([name, parameter]) => {
    const message = parameterProblem(parameter, sweep?.method ?? 'grid');
    return message === null ? [] : [{ path: ['sweep', 'parameters', name], message }];
  });

function parameterProblem(
  { values, min, max, scale, integer }: SweepParameter,
  method: Method,
): string | null {
  const bounded = min !== undefined || max !== undefined;
  if (values) return bounded ? 'must have values, or min and max. Received: both' : null;
  if (min === undefined || max === undefined) return 'must have values, or min and max';
  if (method !== 'random')
    return `needs values: min and max are only for the method random. Received: the method ${method}`;
  if (min >= max) return `min must be below max. Received: ${min} and ${max}`;
  if (scale === 'log' && min <= 0) return `min must be above 0 for the scale log. Received: ${min}`;
  return integer && !(Number.isInteger(min) && Number.isInteger(max))
    ? `min and max must be whole numbers with integer: true. Received: ${min} and ${max}`
    : null;
}

const seedsAreGivenOnce: Rule = ({ file: { sweep } }) => {
  if (!sweep?.parameters.seed || sweep.seeds === undefined) return [];
  const message = 'is swept by seeds already; one of the two must go';
  return [{ path: ['sweep', 'parameters', 'seed'], message }];
};

const zippedAreAsLong: Rule = ({ file: { sweep } }) => {
  if (sweep?.method !== 'zip') return [];
  const [first, ...others] = Object.entries(sweep.parameters);
  const length = first?.[1]?.values?.length;
  return others.flatMap(([name, parameter]): Problem[] => {
    const own = parameter?.values?.length;
    if (own === undefined || own === length) return [];
    const message = `must have as many values as ${first?.[0]}, ${length}, for the method zip. Received: ${own}`;
    return [{ path: ['sweep', 'parameters', name], message }];
  });
};

export const sweepRules: readonly Rule[] = [
  metricsAreMeasured,
  randomHasTrials,
  parametersFitMethod,
  zippedAreAsLong,
  seedsAreGivenOnce,
];

/** What the job array of a sweep cannot do without. */
const OWN = ['array', 'job-name', 'open-mode', 'output', 'requeue', 'no-requeue', 'signal'];

const parametersAreNotOurs: Rule = ({ file: { launcher } }) =>
  Object.keys(launcher?.additional_parameters ?? {}).flatMap((name) => {
    if (!OWN.includes(name.replaceAll('_', '-'))) return [];
    const message = 'is set by cifar-run itself, so that runs go on where they were interrupted';
    return [{ path: ['launcher', 'additional_parameters', name], message }];
  });

export const launcherRules: readonly Rule[] = [parametersAreNotOurs];
