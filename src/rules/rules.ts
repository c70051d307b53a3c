import { dataRules } from './data.ts';
import { modelRules } from './model.ts';
import { phaseRules } from './phases.ts';
import type { Rule } from './rule.ts';
import { launcherRules, sweepRules } from './sweep.ts';

/** Every rule that looks at more than one place of a file, or at what is known from elsewhere. */
export const rules: readonly Rule[] = [
  ...dataRules,
  ...modelRules,
  ...phaseRules,
  ...sweepRules,
  ...launcherRules,
];
