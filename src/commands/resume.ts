import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../common/errors.ts';
import { loadResolved } from '../config/load.ts';
import { chooseCompiler } from '../engine/choose.ts';
import { chooseProgress } from '../progress/progress.ts';
import { type RunOptions, runExperiment } from '../run-experiment.ts';
import type { Environment } from '../run-folder/environment.ts';
import { findRun } from '../runs/find.ts';
import { wholeNumber } from './options.ts';

export interface ResumeOptions extends Pick<RunOptions, 'runs' | 'verbose' | 'signal'> {
  readonly compile: boolean;
  readonly threads?: string;
}

/**
 * `cifar-run resume RUN`: goes on with a run from its last checkpoint, as if it had never been interrupted.
 * @throws InputError when it has finished, or is no longer the run that it was.
 */
export async function resumeCommand(reference: string, options: ResumeOptions): Promise<void> {
  const folder = resolve(await findRun(reference, options.runs));
  const engine = await recordedEngine(folder);
  const { folder: path } = await runExperiment(await recordedExperiment(folder), {
    ...options,
    threads: wholeNumber('--threads', options.threads, 1) ?? engine.threads,
    compiler: options.compile ? engine.compiler : 'none',
    runs: dirname(dirname(folder)),
    progress: await chooseProgress(),
    unfinished: folder,
  });
  process.stdout.write(`${path}\n`);
}

/** The experiment that a run is of. @throws InputError when it was ended before it was recorded. */
export async function recordedExperiment(folder: string) {
  const [resolved, text] = await Promise.all(
    ['resolved.yaml', 'experiment.yaml'].map((file) =>
      readFile(join(folder, file), 'utf8').catch((cause) => {
        throw new InputError(`${folder} has no ${file}: run the experiment's file again`, {
          cause,
        });
      }),
    ),
  );
  return loadResolved(resolved as string, text as string);
}

/** What a run was done with and its bytes depend on; what any run begins with where it was ended before that. */
export async function recordedEngine(folder: string) {
  const text = await readFile(join(folder, 'environment.json'), 'utf8').catch(() => null);
  if (text === null) return { threads: null, compiler: chooseCompiler(true) };
  const { engine } = JSON.parse(text) as Environment;
  return { threads: engine.threads, compiler: engine.compiler };
}
