import { resolve } from 'node:path';
import { InputError, RunError } from '../common/errors.ts';
import type { Device } from '../experiment/experiment.ts';
import { chooseProgress } from '../progress/display.ts';
import { prepareTraining, type RunOptions } from '../run-experiment.ts';
import { Replay } from '../run-folder/replay.ts';
import { nondeterminism } from '../run-folder/summary.ts';
import { findRun } from '../runs/find.ts';
import { train } from '../train/train.ts';
import { parseWholeNumber } from './options.ts';
import { recordedEngine, recordedExperiment } from './resume.ts';

export interface VerifyOptions extends Pick<RunOptions, 'runs' | 'verbose' | 'signal'> {
  /** `start` or the name of a checkpoint. */
  readonly from: string;
  readonly epochs?: string;
  readonly threads?: string;
  readonly device?: Device;
}

const STARTS = ['start', 'best', 'previous', 'last'] as const;

/**
 * `cifar-run verify RUN`: replays a part of a run without writing anything and compares metrics and weights.
 * @throws RunError at the first difference; InputError if there is nothing to compare with.
 */
export async function verifyCommand(reference: string, options: VerifyOptions): Promise<void> {
  const from = STARTS.find((name) => name === options.from);
  if (!from) {
    throw new InputError(`--from takes ${STARTS.join(', ')}. Received: ${options.from}`);
  }
  const folder = resolve(await findRun(reference, options.runs));
  const epochs = parseWholeNumber('--epochs', options.epochs, 1) ?? Number.POSITIVE_INFINITY;
  const threads = parseWholeNumber('--threads', options.threads, 1);
  const engine = await recordedEngine(folder);
  if (threads !== null && engine.threads !== null && threads !== engine.threads) {
    throw new InputError(
      `--threads must be ${engine.threads} as in the run: another number changes the last digits of the results. Received: ${threads}`,
    );
  }
  const replay = await Replay.open(folder, { from, epochs });
  const progress = await chooseProgress();
  const planned = await recordedExperiment(folder, options);
  const training = await prepareTraining(planned, {
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
    await replay.compareModel(training.model);
  } finally {
    training.model.dispose();
  }
  if (replay.difference) {
    const operations = training.engine.nondeterministicOperations();
    const reason = operations.length > 0 ? `\n${nondeterminism(operations)}` : '';
    throw new RunError(`${folder} differs from its replay: ${replay.difference}${reason}`);
  }
  process.stdout.write(`${folder}: ${replay.matches.join(', ')} are identical, byte for byte\n`);
}
