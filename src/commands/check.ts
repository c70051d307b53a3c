import { InputError } from '../common/errors.ts';
import { resolvedYaml } from '../config/resolved.ts';
import { loadExperiment } from '../load-experiment.ts';
import { formatPlan, formatSweep } from '../plan/format.ts';
import type { TrialPlan } from '../plan/sweep.ts';
import { planExperiment, planSweep } from '../plan-experiment.ts';
import { runModelsIn } from '../runs/run-models.ts';
import { markCachedFeatures } from '../train/features/keys.ts';

export interface CheckOptions {
  readonly runs: string;
  readonly set: readonly string[];
  readonly setFile: readonly string[];
  readonly resolved?: boolean;
  readonly json?: boolean;
}

/**
 * `cifar-run check FILE…`: validates files and prints their plans, or the files with every default.
 * @throws InputError with all errors of all files.
 */
export async function checkCommand(files: readonly string[], options: CheckOptions): Promise<void> {
  const findRunModel = runModelsIn(options.runs);
  const problems: string[] = [];
  const plans: object[] = [];
  for (const [index, file] of files.entries()) {
    try {
      const loaded = await loadExperiment(file, options);
      const { plan: planned, warnings } = await planExperiment(loaded, findRunModel);
      const plan = await markCachedFeatures(planned);
      const runs = loaded.sweep ? (await planSweep(loaded, findRunModel)).trials : [];
      if (options.json) plans.push({ file, ...plan, warnings, runs: runs.map(trialJson) });
      else if (options.resolved)
        process.stdout.write(`${index > 0 ? '---\n' : ''}${resolvedYaml(loaded.experiment)}`);
      else {
        const lines = [
          ...formatPlan(plan),
          ...formatWarnings(warnings),
          ...(loaded.sweep ? ['', ...formatSweep(runs)] : []),
        ];
        process.stdout.write(`${index > 0 ? '\n' : ''}${lines.join('\n')}\n`);
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
    }
  }
  if (options.json) process.stdout.write(`${JSON.stringify(plans, null, 2)}\n`);
  if (problems.length > 0) throw new InputError(problems.join('\n'));
}

function formatWarnings(warnings: readonly string[]): string[] {
  return warnings.length > 0 ? ['', ...warnings.map((line) => `warning: ${line}`)] : [];
}

function trialJson({ settings, plan }: TrialPlan): object {
  const { id, parameters, flops } = plan;
  return { id, settings, parameters, flops };
}
