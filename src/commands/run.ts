import { loadExperiment } from '../config/load.ts';
import type { Overrides } from '../config/overrides.ts';
import { type RunOptions, runExperiment } from '../experiment.ts';
import { chooseProgress } from '../progress/choose.ts';
import { runSweep } from '../sweep/sweep.ts';

/** `cifar-run FILE`: runs an experiment, or each run of its sweep, and says where the record is. */
export async function runCommand(
  file: string,
  options: Omit<RunOptions, 'progress'> & Overrides,
): Promise<void> {
  const loaded = await loadExperiment(file, options);
  const run = loaded.sweep ? runSweep : runExperiment;
  const { folder } = await run(loaded, { ...options, progress: await chooseProgress() });
  process.stdout.write(`${folder}\n`);
}
