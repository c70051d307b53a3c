import { resolve } from 'node:path';
import { InputError, RunError } from '../common/errors.ts';
import { chooseProgress } from '../progress/display.ts';
import { prepareTraining, type RunOptions } from '../run-experiment.ts';
import { writeArtifacts } from '../run-folder/artifacts.ts';
import { evaluatedRun } from '../run-folder/finished-run.ts';
import { readMetricsCsv } from '../run-folder/metrics-csv.ts';
import { modelPath } from '../run-folder/model.ts';
import { RunLock, readStatus, recordArtifacts } from '../run-folder/status.ts';
import { findRun } from '../runs/find.ts';
import { evaluate } from '../train/evaluate.ts';
import { recordedEngine, recordedExperiment } from './resume.ts';

type ArtifactsOptions = Pick<RunOptions, 'runs' | 'verbose' | 'signal'>;

/**
 * `cifar-run artifacts RUN`: evaluates the model of a finished run and writes its tables and charts again.
 * @throws InputError if the run has not finished; RunError that names the artifacts that fail.
 */
export async function artifactsCommand(
  reference: string,
  options: ArtifactsOptions,
): Promise<void> {
  const folder = resolve(await findRun(reference, options.runs));
  const state = (await readStatus(folder))?.state ?? 'interrupted';
  if (state !== 'finished' && state !== 'stopped') {
    throw new InputError(
      `${folder} has no tables and charts yet: it is ${state}. cifar-run resume finishes it`,
    );
  }
  const progress = await chooseProgress();
  const planned = await recordedExperiment(folder, options);
  const training = await prepareTraining(planned, {
    ...options,
    ...(await recordedEngine(folder)),
    progress,
  });
  const lock = await RunLock.take(folder);
  try {
    const failed = await progress.step('Artifacts', async () => {
      const { loadRunWeights } = await import('../model/weights/load.ts');
      await loadRunWeights(training.model, modelPath(folder));
      const { experiment, data } = training;
      const epochs = await readMetricsCsv(folder);
      const evaluation = await evaluate(training);
      const run = evaluatedRun({ experiment, data, epochs, evaluation });
      return writeArtifacts(folder, run, options);
    });
    await recordArtifacts(folder, failed);
    if (failed.length > 0) {
      throw new RunError(failed.map(({ name, error }) => `${name}: ${error}`).join('\n'));
    }
  } finally {
    await lock.release();
    training.model.dispose();
  }
  process.stdout.write(`${folder}\n`);
}
