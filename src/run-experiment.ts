import { InterruptedError } from './common/errors.ts';
import { loadData } from './data/load.ts';
import type { Compiler } from './engine/engine.ts';
import { startEngine } from './engine/start-engine.ts';
import { loadModel } from './model/build.ts';
import { batchWarnings } from './plan/plan.ts';
import {
  checkClasses,
  type PlannedExperiment,
  requirePrecision,
  withPlace,
} from './plan-experiment.ts';
import type { Progress } from './progress/progress.ts';
import { trainingProgress } from './progress/training.ts';
import type { RunResult } from './run-folder/finished-run.ts';
import { writeProfiles } from './run-folder/profile.ts';
import { prepareExperimentFolder, runName } from './run-folder/run-folder.ts';
import { openRecord } from './run-folder/run-record.ts';
import { commandLine } from './runs/places.ts';
import type { TrainingCallback } from './train/callbacks.ts';
import { evaluate } from './train/evaluate.ts';
import { recordFeatureKeys } from './train/features/keys.ts';
import { train } from './train/train.ts';

export interface RunOptions {
  /** Folder of all runs. */
  readonly runs: string;
  readonly verbose: boolean;
  readonly compiler: Compiler;
  /** Profiles the compiled functions to profile.txt and profile.json. */
  readonly profile?: boolean;
  /** Ends the run after the current step. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Threads within an operation; none or `null`: all cores. */
  readonly threads?: number | null;
  /** Folder of an interrupted run of the same experiment to resume. */
  readonly unfinished?: string | null;
  /** Receive the progress of training. */
  readonly watchers?: readonly TrainingCallback[];
}

/** Prepares the training of a planned experiment: engine, data and model. */
export async function prepareTraining(
  planned: PlannedExperiment,
  options: Pick<RunOptions, 'progress' | 'signal' | 'verbose' | 'compiler' | 'profile' | 'threads'>,
) {
  const { progress, signal, verbose, compiler, profile = false, threads = null } = options;
  const { experiment, plan, modelSource } = planned;

  // 1. Engine: TensorFlow, installed at the first run.
  const engine = await progress.step('Engine', async ({ report, warn }) => {
    const { device } = experiment;
    const started = await startEngine({ device, threads, verbose, compiler, profile, report });
    if (started.unusedGpu) warn(`the GPU is not used: ${started.unusedGpu}`);
    return started;
  });
  requirePrecision(planned, engine.device);

  // 2. Model: the layers with their first weights. A wrong weight file is found before the images are decoded.
  const { model, graph, weights } = await progress.step('Model', (step) =>
    withPlace(planned, ['model', 'backbone', 'weights'], () =>
      loadModel({
        config: experiment.model,
        source: modelSource,
        seed: experiment.seed,
        signal,
        ...step,
      }),
    ),
  );

  // 3. Data: the images, decoded and split.
  const data = await progress.step('Data', async (step) => {
    const loaded = await withPlace(planned, ['data'], () =>
      loadData(experiment.data, experiment.seed, {
        imageShape: plan.imageShape,
        signal,
        jpegs: engine.jpegs,
        ...step,
      }),
    );
    for (const line of batchWarnings(plan, loaded.train.labels.length)) step.warn(line);
    return loaded;
  });
  checkClasses(planned, data.classNames);
  signal.throwIfAborted();
  return { experiment, graph, engine, data, model, weights, signal };
}

/**
 * Runs a planned experiment and records it in its own folder in `runs/`.
 * @throws InputError before any data is loaded if it cannot run; RunError if it fails; the reason of the signal if it
 *   is interrupted.
 */
export async function runExperiment(
  planned: PlannedExperiment,
  options: RunOptions,
): Promise<RunResult> {
  const { runs, signal, progress, unfinished = null, watchers = [] } = options;
  const { experiment, plan } = planned;
  await prepareExperimentFolder(runs, experiment.name);
  const training = await prepareTraining(planned, options);
  const { model, engine, data, weights } = training;

  // 4. Record: a new folder, or that of the interrupted run.
  const record = await openRecord({ runs, planned, engine, data, weights, unfinished });
  try {
    // 5. Train: phase after phase.
    const { checkpoints, resume } = record;
    await progress.step('Training', (step) => {
      record.showNotices(step.note);
      const features = recordFeatureKeys(plan, engine);
      const callbacks = [record, trainingProgress(step), features, ...watchers];
      return train({ ...training, callbacks, checkpoints, resume });
    });
    await writeProfiles(record.folder, engine.takeProfiles());

    // 6. Evaluate the model and finish the record.
    return await progress.step('Evaluation', async () =>
      record.finish(model, await evaluate(training), signal),
    );
  } catch (error) {
    await record.fail(error as Error);
    if (!(error instanceof InterruptedError)) throw error;
    const saved = record.checkpoints.saved ?? 'no checkpoint yet';
    const resume = commandLine(['resume', runName(record.folder)], runs);
    throw new InterruptedError(error.signal, `saved ${saved}\nto continue: ${resume}`);
  } finally {
    model.dispose();
  }
}
