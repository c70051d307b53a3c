import type { LoadedExperiment } from '../../src/load-experiment.ts';
import { planExperiment } from '../../src/plan-experiment.ts';
import { prepareTraining } from '../../src/run-experiment.ts';
import { runModelsIn } from '../../src/runs/run-models.ts';
import type { TrainOptions } from '../../src/train/options.ts';
import { train } from '../../src/train/train.ts';
import { experiment } from '../models.ts';
import type { BenchPrecision } from '../task.ts';

export interface PhaseSize {
  readonly epochs: number;
  readonly batch: number;
  /** Default: all. */
  readonly images?: number;
  /** Default: float32. */
  readonly precision?: BenchPrecision;
}

/** The VGG19 experiment with one of its phases, on the images of a folder. */
export async function phaseOn(
  folder: string,
  phase: string,
  { epochs, batch, images, precision = 'float32' }: PhaseSize,
): Promise<LoadedExperiment> {
  const loaded = await experiment(
    'vgg19-two-phase',
    'data.dataset=folder',
    `data.source=${folder}`,
    ...(images ? [`data.limit={train: ${images}}`] : []),
    `precision=${precision}`,
    `phases.${phase}.epochs=${epochs}`,
    `phases.${phase}.batchSize=${batch}`,
  );
  const phases = loaded.experiment.phases.filter(({ name }) => name === phase);
  return { ...loaded, experiment: { ...loaded.experiment, phases } };
}

const silent = { report: () => {}, note: () => {}, warn: () => {} };

/**
 * Trains as `cifar-run FILE` does, but records nothing.
 * @returns the seconds that it took to read the images.
 */
export async function trainIt(
  loaded: LoadedExperiment,
  threads: number,
  watch: Pick<TrainOptions, 'callbacks' | 'probe'>,
): Promise<{ dataSeconds: number }> {
  let dataSeconds = 0;
  const planned = await planExperiment(loaded, runModelsIn('runs'));
  const training = await prepareTraining(planned, {
    progress: {
      async step(title, run) {
        const from = performance.now();
        const made = await run(silent);
        if (title === 'Data') dataSeconds = (performance.now() - from) / 1000;
        return made;
      },
    },
    signal: new AbortController().signal,
    verbose: false,
    compiler: 'graph',
    threads,
  });
  try {
    await train({ ...training, ...watch });
    return { dataSeconds };
  } finally {
    training.model.dispose();
  }
}
