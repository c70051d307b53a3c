import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import type { PhaseConfig } from '../config/experiment.ts';
import { RunError } from '../errors.ts';
import type { EpochRecord } from './callbacks.ts';
import type { Evaluator } from './evaluate.ts';
import type { Feed } from './feed.ts';
import type { Schedule } from './schedules/schedule.ts';
import type { Trainee, TrainingStep } from './step.ts';
import { Tally } from './tally.ts';
import type { Counters, TrainOptions } from './train.ts';

/** Batches whose numbers may stay on the device before someone sees them: a count, so that no clock decides. */
const READ_EVERY = 4;

export interface PhaseRun extends TrainOptions {
  readonly phase: PhaseConfig;
  readonly counters: Counters;
  readonly trainee: Trainee;
  readonly step: TrainingStep;
  readonly evaluator: Evaluator;
  readonly train: Feed;
  readonly validation: Feed;
  readonly schedule: Schedule;
  /** When the phase began, by `performance.now()`. */
  readonly begin: number;
}

/** One pass over the training pictures and one over the validation pictures; epochs count from 1. */
export async function runEpoch(
  run: PhaseRun,
  phaseEpoch: number,
  rateScale: number,
): Promise<EpochRecord> {
  const { phase, counters, trainee, train, schedule, evaluator } = run;
  const begin = performance.now();
  const tally = await trainEpoch(run, phaseEpoch, rateScale);
  const trainSeconds = (performance.now() - begin) / 1000;
  const { metrics } = await evaluator.evaluate(run.validation, run.signal);
  counters.epochs += 1;
  return {
    phase: phase.name,
    phaseEpoch,
    epoch: counters.epochs,
    step: counters.updates + trainee.optimizer.updates,
    learningRate: schedule(phaseEpoch * train.count - 1) * rateScale,
    train: tally.values(),
    validation: metrics,
    seconds: (performance.now() - begin) / 1000,
    imagesPerSecond: tally.pictures / trainSeconds,
  };
}

async function trainEpoch(run: PhaseRun, phaseEpoch: number, rateScale: number): Promise<Tally> {
  const { phase, counters, trainee, step, train, schedule, experiment, engine, signal } = run;
  const tally = new Tally(trainee.objective);
  const begin = performance.now();
  let batch = 0;
  try {
    for (const { x, y, size } of train.shuffled([experiment.seed, phase.name, phaseEpoch])) {
      const rate = schedule((phaseEpoch - 1) * train.count + batch) * rateScale;
      tally.add(await step.run({ x, y }, { learningRate: rate, step: counters.batches }), size);
      tf.dispose([x, y]);
      batch += 1;
      counters.batches += 1;
      if (batch % READ_EVERY === 0 || batch === train.count) {
        await tally.read();
        failWhenBroken(tally, run, phaseEpoch);
        report(run, phaseEpoch, batch, tally, begin);
      }
      await setImmediate();
      signal.throwIfAborted();
    }
    return tally;
  } finally {
    engine.settle();
    tally.dispose();
  }
}

function report(run: PhaseRun, phaseEpoch: number, batch: number, tally: Tally, begin: number) {
  const now = performance.now();
  const progress = {
    phase: run.phase.name,
    phaseEpoch,
    phaseEpochs: run.phase.epochs,
    batch,
    batches: run.train.count,
    metrics: tally.values(),
    imagesPerSecond: (1000 * tally.pictures) / (now - begin),
    secondsInPhase: (now - run.begin) / 1000,
  };
  for (const callback of run.callbacks) callback.step?.(progress);
}

function failWhenBroken({ broken }: Tally, { phase, train }: PhaseRun, phaseEpoch: number): void {
  if (!broken) return;
  const step = (phaseEpoch - 1) * train.count + broken.batch;
  throw new RunError(
    `the loss became ${broken.loss} at step ${step} of phase ${phase.name} ` +
      `(epoch ${phaseEpoch}, batch ${broken.batch} of ${train.count}); ` +
      'a lower learningRate, a warmup, or globalClipNorm keeps it finite',
  );
}
