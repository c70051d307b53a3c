import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../common/errors.ts';
import { chooseCompiler } from '../engine/engine.ts';
import { loadResolved } from '../load-experiment.ts';
import { type PlannedExperiment, planExperiment } from '../plan-experiment.ts';
import { chooseProgress } from '../progress/progress.ts';
import { type RunOptions, runExperiment } from '../run-experiment.ts';
import type { Environment } from '../run-folder/environment.ts';
import { findRun, runModelsIn } from '../runs/find.ts';
import { parseWholeNumber } from './options.ts';

export interface ResumeOptions extends Pick<RunOptions, 'runs' | 'verbose' | 'signal'> {
  readonly compile: boolean;
  readonly threads?: string;
}

/**
 * `cifar-run resume RUN`: resumes a run from its last checkpoint, with the result of a run without interruption.
 * @throws InputError if the run has finished, or its inputs have changed.
 */
export async function resumeCommand(reference: string, options: ResumeOptions): Promise<void> {
  const folder = resolve(await findRun(reference, options.runs));
  const engine = await recordedEngine(folder);
  const planned = await recordedExperiment(folder, options.runs);
  const { folder: path } = await runExperiment(planned, {
    ...options,
    threads: parseWholeNumber('--threads', options.threads, 1) ?? engine.threads,
    compiler: options.compile ? engine.compiler : 'none',
    runs: dirname(dirname(folder)),
    progress: await chooseProgress(),
    unfinished: folder,
  });
  process.stdout.write(`${path}\n`);
}

/**
 * Plans the experiment of a run again from its folder.
 * @throws InputError if the run was interrupted before its experiment was recorded.
 */
export async function recordedExperiment(folder: string, runs: string): Promise<PlannedExperiment> {
  const [resolved, text] = await Promise.all(
    ['resolved.yaml', 'experiment.yaml'].map((file) =>
      readFile(join(folder, file), 'utf8').catch((cause) => {
        throw new InputError(`${folder} has no ${file}: run the experiment's file again`, {
          cause,
        });
      }),
    ),
  );
  const loaded = loadResolved(resolved as string, text as string);
  return planExperiment(loaded, runModelsIn(runs));
}

/** The recorded engine settings that the bytes of a run depend on; the defaults if none are recorded. */
export async function recordedEngine(folder: string) {
  const text = await readFile(join(folder, 'environment.json'), 'utf8').catch(() => null);
  if (text === null) return { threads: null, compiler: chooseCompiler(true) };
  const { engine } = JSON.parse(text) as Environment;
  return { threads: engine.threads, compiler: engine.compiler };
}
