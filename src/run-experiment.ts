import type { LoadedExperiment } from './config/load.ts';
import { loadData } from './data/load.ts';
import { startEngine } from './engine/choose.ts';
import type { Compiler } from './engine/engine.ts';
import { loadModel } from './model/load.ts';
import { checkClasses, planExperiment } from './plan/experiment.ts';
import type { Progress } from './progress/progress.ts';
import { trainingProgress } from './progress/training.ts';
import { writeProfiles } from './run-folder/profile.ts';
import { Recorder, type RunRecord } from './run-folder/recorder.ts';
import { RunFolder } from './run-folder/run-folder.ts';
import { runModelsIn } from './runs/find.ts';
import type { TrainingCallback } from './train/callbacks.ts';
import { evaluate } from './train/evaluate.ts';
import { recordFeatureKeys } from './train/features/keys.ts';
import { train } from './train/train.ts';

export interface RunOptions {
  /** Folder that the run's own folder is made in. */
  readonly runs: string;
  readonly verbose: boolean;
  readonly compiler: Compiler;
  /** Writes what the operations of compiled functions take to profile.txt and profile.json. */
  readonly profile?: boolean;
  /** Ends the run after the step that is going on. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Threads within one operation; left out or `null`: as many as there are cores. */
  readonly threads?: number | null;
  /** Folder of a run of the same experiment that goes on where it was interrupted. */
  readonly unfinished?: string | null;
  /** Are told of training beside the recorder. */
  readonly watchers?: readonly TrainingCallback[];
}

/**
 * One run of an experiment, to its folder in `runs/`: config → plan → data, model → train → record.
 * @throws InputError before any data is loaded when it cannot be run as it stands.
 */
export async function runExperiment(
  loaded: LoadedExperiment,
  options: RunOptions,
): Promise<RunRecord> {
  const { progress, signal, runs, unfinished = null, watchers = [] } = options;
  await RunFolder.prepare({ runs, name: loaded.experiment.name });
  const { plan, weights, ...training } = await prepareExperiment(loaded, options);
  const { model, engine, data } = training;

  const recorder = await Recorder.open({
    ...{ runs, loaded, plan, engine, data, weights },
    unfinished,
  });
  try {
    // 5. Train: phase after phase.
    const { checkpoints, resume } = recorder;
    await progress.step('Training', (step) => {
      recorder.tellTo(step.note);
      const features = recordFeatureKeys(plan, engine);
      const callbacks = [recorder, trainingProgress(step), features, ...watchers];
      return train({ ...training, callbacks, checkpoints, resume });
    });

    await writeProfiles(recorder.folder, engine.takeProfiles());

    // 6. Record: what the finished model says of the validation images, as tables and images.
    return await progress.step('Record', async () =>
      recorder.finish(model, await evaluate(training), signal),
    );
  } catch (error) {
    await recorder.fail(error as Error);
    throw error;
  } finally {
    model.dispose();
  }
}

/** What training takes: the first four steps. */
export async function prepareExperiment(
  loaded: LoadedExperiment,
  options: Pick<
    RunOptions,
    'runs' | 'progress' | 'signal' | 'verbose' | 'compiler' | 'profile' | 'threads'
  >,
) {
  const { runs, progress, signal, verbose, compiler, profile = false, threads = null } = options;

  // 1. Config: what the file states, with every default filled in.
  const { experiment } = loaded;

  // 2. Plan: the network, what each phase trains of it, and whether that can be.
  const { plan, graph, source } = await planExperiment(loaded, runModelsIn(runs));

  // 3. Data: the images, split and decoded.
  const engine = await progress.step('Engine', ({ report }) =>
    startEngine({ threads, verbose, compiler, profile, report }),
  );
  const data = await progress.step('Data', (step) =>
    loadData(experiment.data, experiment.seed, {
      imageShape: plan.imageShape,
      signal,
      jpegs: engine.jpegs,
      ...step,
    }),
  );
  checkClasses(loaded, source, data.classNames);

  // 4. Model: the network with its first weights.
  const { backbone } = experiment.model;
  const { model, weights } = await progress.step('Model', ({ report }) =>
    loadModel({ graph, backbone, source, seed: experiment.seed, signal, report }),
  );
  return { plan, weights, model, graph, experiment, data, engine, signal };
}
