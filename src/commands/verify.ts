import { join, resolve } from 'node:path';
import { InputError, RunError } from '../common/errors.ts';
import { chooseProgress } from '../progress/progress.ts';
import { prepareExperiment, type RunOptions } from '../run-experiment.ts';
import { Replay } from '../run-folder/replay.ts';
import { findRun } from '../runs/find.ts';
import { train } from '../train/train.ts';
import { wholeNumber } from './options.ts';
import { recordedEngine, recordedExperiment } from './resume.ts';

export interface VerifyOptions extends Pick<RunOptions, 'runs' | 'verbose' | 'signal'> {
  /** `start` or a checkpoint's name. */
  readonly from: string;
  readonly epochs?: string;
  readonly threads?: string;
}

const BEGINNINGS = ['start', 'best', 'previous', 'last'] as const;

/**
 * `cifar-run verify RUN`: trains a stretch of a run again, which writes nothing, and says whether it gives the
 * same metrics and weights.
 * @throws RunError where it first differs; InputError when there is nothing to compare with.
 */
export async function verifyCommand(reference: string, options: VerifyOptions): Promise<void> {
  const from = BEGINNINGS.find((name) => name === options.from);
  if (!from) {
    throw new InputError(`--from takes ${BEGINNINGS.join(', ')}. Received: ${options.from}`);
  }
  const folder = resolve(await findRun(reference, options.runs));
  const epochs = wholeNumber('--epochs', options.epochs, 1) ?? Number.POSITIVE_INFINITY;
  const threads = wholeNumber('--threads', options.threads, 1);
  const engine = await recordedEngine(folder);
  const replay = await Replay.of(folder, { from, epochs });
  const progress = await chooseProgress();
  const training = await prepareExperiment(await recordedExperiment(folder), {
    ...options,
    compiler: engine.compiler,
    threads: threads ?? engine.threads,
    progress,
  });
  try {
    await progress.step('Replay', () =>
      train({
        ...training,
        resume: replay.resume,
        checkpoints: replay.checkpoints,
        callbacks: [replay],
      }),
    );
    await replay.compareModel(training.model, join(folder, 'model', 'model.json'));
  } finally {
    training.model.dispose();
  }
  if (replay.difference) throw new RunError(`${folder} was not repeated: ${replay.difference}`);
  process.stdout.write(`${folder}: ${replay.matches.join(', ')} are the same, byte for byte\n`);
}
