import { type RunOptions, runExperiment } from '../experiment.ts';
import { chooseProgress } from '../progress/choose.ts';

/** `cifar-run FILE`: runs an experiment and says where its record is. */
export async function runCommand(
  file: string,
  options: Omit<RunOptions, 'progress'>,
): Promise<void> {
  const result = await runExperiment(file, { ...options, progress: await chooseProgress() });
  process.stdout.write(`${result.folder}\n`);
}
