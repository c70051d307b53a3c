import { dataRules } from './rules/data.ts';
import { launcherRules } from './rules/launcher.ts';
import { modelRules } from './rules/model.ts';
import { phaseRules } from './rules/phases.ts';
import type { Rule } from './rules/rule.ts';
import { sweepRules } from './rules/sweep.ts';

/** Every rule that looks at more than one place of a file, or at what is known from elsewhere. */
export const rules: readonly Rule[] = [
  ...dataRules,
  ...modelRules,
  ...phaseRules,
  ...sweepRules,
  ...launcherRules,
];
