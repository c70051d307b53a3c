import type { LoadedExperiment } from '../../src/config/load.ts';
import { prepareExperiment } from '../../src/experiment.ts';
import { type TrainOptions, train } from '../../src/train/train.ts';
import { experiment } from '../models.ts';

/** One phase of the published experiment on the pictures of a folder. */
export async function phaseOn(
  folder: string,
  phase: string,
  { epochs, batch }: { readonly epochs: number; readonly batch: number },
): Promise<LoadedExperiment> {
  const loaded = await experiment(
    'vgg19-two-phase',
    'data.dataset=folder',
    `data.source=${folder}`,
    `phases.${phase}.epochs=${epochs}`,
    `phases.${phase}.batchSize=${batch}`,
  );
  const phases = loaded.experiment.phases.filter(({ name }) => name === phase);
  return { ...loaded, experiment: { ...loaded.experiment, phases } };
}

const silent = { report: () => {}, note: () => {} };

/** What `cifar-run FILE` does but for the record. */
export async function trainIt(
  loaded: LoadedExperiment,
  threads: number,
  watch: Pick<TrainOptions, 'callbacks' | 'probe'>,
): Promise<void> {
  const training = await prepareExperiment(loaded, {
    progress: { step: (_title, run) => run(silent) },
    signal: new AbortController().signal,
    verbose: false,
    compile: true,
    threads,
  });
  try {
    await train({ ...training, ...watch });
  } finally {
    training.model.dispose();
  }
}
