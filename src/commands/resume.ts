import { dirname, resolve } from 'node:path';
import { chooseCompiler } from '../engine/engine.ts';
import type { Device } from '../experiment/experiment.ts';
import { loadResolved } from '../load-experiment.ts';
import { type PlannedExperiment, planExperiment } from '../plan-experiment.ts';
import { chooseProgress } from '../progress/display.ts';
import { type RunOptions, runExperiment } from '../run-experiment.ts';
import { readEnvironment } from '../run-folder/environment.ts';
import { readExperimentFiles } from '../run-folder/experiment-files.ts';
import { findRun } from '../runs/find.ts';
import { runModelsIn } from '../runs/run-models.ts';
import { parseWholeNumber } from './options.ts';
import { printRun } from './result.ts';

export interface ResumeOptions extends Pick<RunOptions, 'runs' | 'verbose' | 'signal'> {
  readonly compile: boolean;
  readonly threads?: string;
  readonly device?: Device;
}

/**
 * `cifar-run resume RUN`: resumes a run from its last checkpoint, with the result of a run without interruption.
 * @throws InputError if the run has finished, or its inputs have changed.
 */
export async function resumeCommand(reference: string, options: ResumeOptions): Promise<void> {
  const folder = resolve(await findRun(reference, options.runs));
  const engine = await recordedEngine(folder);
  const planned = await recordedExperiment(folder, options);
  const result = await runExperiment(planned, {
    ...options,
    threads: parseWholeNumber('--threads', options.threads, 1) ?? engine.threads,
    compiler: options.compile ? engine.compiler : 'none',
    runs: dirname(dirname(folder)),
    progress: await chooseProgress(),
    unfinished: folder,
  });
  printRun(result, options.runs);
}

/**
 * Plans the experiment of a run again from its folder, for its recorded device or another one.
 * @throws InputError if the run was interrupted before its experiment was recorded.
 */
export async function recordedExperiment(
  folder: string,
  { runs, device }: Pick<ResumeOptions, 'runs' | 'device'>,
): Promise<PlannedExperiment> {
  const { resolved, text } = await readExperimentFiles(folder);
  const { experiment, ...rest } = loadResolved(resolved, text);
  const loaded = { ...rest, experiment: device ? { ...experiment, device } : experiment };
  return planExperiment(loaded, runModelsIn(runs));
}

/** The recorded engine settings that the bytes of a run depend on; the defaults if none are recorded. */
export async function recordedEngine(folder: string) {
  const environment = await readEnvironment(folder);
  if (environment === null) return { threads: null, compiler: chooseCompiler(true) };
  const { threads, compiler } = environment.engine;
  return { threads, compiler };
}
