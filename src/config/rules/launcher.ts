import type { Rule } from './rule.ts';

/** What the job array of a sweep cannot do without. */
const OWN = ['array', 'job-name', 'open-mode', 'output', 'requeue', 'no-requeue', 'signal'];

const parametersAreNotOurs: Rule = ({ file: { launcher } }) =>
  Object.keys(launcher?.additional_parameters ?? {}).flatMap((name) => {
    if (!OWN.includes(name.replaceAll('_', '-'))) return [];
    const message = 'is set by cifar-run itself, so that runs go on where they were interrupted';
    return [{ path: ['launcher', 'additional_parameters', name], message }];
  });

export const launcherRules: readonly Rule[] = [parametersAreNotOurs];
