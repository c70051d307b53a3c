import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import type { Batch, Batches } from '../data/batches/batches.ts';
import { imageBatches } from '../data/batches/image-batches.ts';
import type { Images } from '../data/dataset.ts';
import type { PhaseConfig } from '../experiment/experiment.ts';
import type { EpochRecord, StepProgress } from './callbacks.ts';
import type { Evaluator } from './evaluate.ts';
import { LossError } from './non-finite.ts';
import type { PhaseState } from './phase-state.ts';
import type { Schedule } from './schedules.ts';
import { type Checkpoints, captureState, firstNotFinite } from './state.ts';
import type { StepAt, Trainee, TrainingStep } from './step.ts';
import { Tally } from './tally.ts';
import type { Counters, TrainOptions } from './train.ts';

/** Batches whose numbers may stay on the device before someone sees them: a count, so that no clock decides. */
const READ_EVERY = 4;

export interface PhaseRun extends TrainOptions {
  readonly checkpoints: Checkpoints;
  readonly phase: PhaseConfig;
  readonly counters: Counters;
  readonly state: PhaseState;
  readonly trainee: Trainee;
  readonly step: TrainingStep;
  readonly evaluator: Evaluator;
  readonly train: Batches;
  readonly validation: Batches;
  readonly schedule: Schedule;
  /** When the phase began or was gone on with, by `performance.now()`, and after how many batches of the run. */
  readonly begin: { readonly at: number; readonly batches: number };
}

/**
 * One pass over the training images, or the rest of it, and one over the validation images; epochs count
 * from 1.
 */
export async function runEpoch(run: PhaseRun): Promise<EpochRecord> {
  const { phase, counters, trainee, train, evaluator, state } = run;
  const begin = performance.now();
  const before = state.tally?.images ?? 0;
  const { tally, waitingSeconds } = await trainEpoch(run);
  const trainSeconds = (performance.now() - begin) / 1000;
  const { metrics } = await evaluator.evaluate(run.signal);
  counters.epochs += 1;
  const record = {
    phase: phase.name,
    phaseEpoch: state.epochs + 1,
    epoch: counters.epochs,
    step: counters.updates + trainee.optimizer.updates,
    learningRate: learningRate(run, (state.epochs + 1) * train.count - 1),
    train: tally.values(),
    validation: metrics,
    seconds: (performance.now() - begin) / 1000,
    imagesPerSecond: (tally.images - before) / trainSeconds,
    waitingSeconds,
  };
  state.endEpoch();
  return record;
}

/** Of a batch of the phase, from 0. */
function learningRate({ schedule, state, counters, experiment }: PhaseRun, batch: number): number {
  const { onNonFinite } = experiment;
  return (
    schedule(batch) * (state.plateau?.state.scale ?? 1) * onNonFinite.factor ** counters.retries
  );
}

async function trainEpoch(run: PhaseRun): Promise<{ tally: Tally; waitingSeconds: number }> {
  const { phase, counters, trainee, step, train, experiment, engine, signal, state } = run;
  state.tally ??= new Tally(trainee.objective);
  const { tally } = state;
  const begin = performance.now();
  const before = tally.images;
  let waitingSeconds = 0;
  let asked = begin;
  try {
    const key = [experiment.seed, phase.name, state.epochs + 1];
    for await (const batch of train.shuffled(key, state.batch)) {
      waitingSeconds += (performance.now() - asked) / 1000;
      const at = {
        learningRate: learningRate(run, state.epochs * train.count + state.batch),
        step: counters.batches,
      };
      if (run.probe) probe(run, batch, at);
      tally.add(await step.run(batch, at), batch.size);
      state.batch += 1;
      counters.batches += 1;
      if (state.batch % READ_EVERY === 0 || state.batch === train.count) {
        await tally.read();
        failWhenBroken(run, tally);
        const seconds = (performance.now() - begin) / 1000;
        const imagesPerSecond = (tally.images - before) / seconds;
        report(run, { imagesPerSecond, waitingShare: waitingSeconds / seconds });
      }
      await setImmediate();
      signal.throwIfAborted();
      if (run.checkpoints.dueAfterStep(counters.batches)) await saveState(run);
      asked = performance.now();
    }
    return { tally, waitingSeconds };
  } finally {
    engine.settle();
  }
}

function probe(run: PhaseRun, batch: Batch, at: StepAt): void {
  tf.tidy(() => run.probe?.(run, run.train.read(batch.inputs), at));
}

/** @throws LossError, with nothing saved, when the loss or a number of the state is not finite. */
export async function saveState(run: PhaseRun): Promise<void> {
  const captured = await captureState(run);
  if (run.state.tally) failWhenBroken(run, run.state.tally);
  const broken = firstNotFinite(captured);
  if (broken) throw brokenAt(run, run.state.batch, `${broken} became NaN or infinite`);
  await run.checkpoints.save(captured);
}

function report(run: PhaseRun, pace: Pick<StepProgress, 'imagesPerSecond' | 'waitingShare'>): void {
  const { begin, counters } = run;
  const progress = {
    phase: run.phase.name,
    phaseEpoch: run.state.epochs + 1,
    phaseEpochs: run.phase.epochs,
    batch: run.state.batch,
    batches: run.train.count,
    metrics: run.state.tally?.values() ?? {},
    ...pace,
    secondsPerBatch: (performance.now() - begin.at) / 1000 / (counters.batches - begin.batches),
  };
  for (const callback of run.callbacks) callback.step?.(progress);
}

function failWhenBroken(run: PhaseRun, { broken }: Tally): void {
  if (broken) throw brokenAt(run, broken.batch, `the loss became ${broken.loss}`);
}

/** @param batch of the epoch that goes on, from 1; 0 before its first. */
function brokenAt(run: PhaseRun, batch: number, what: string): LossError {
  const { phase, train, state, counters } = run;
  return new LossError({
    what,
    phase: phase.name,
    phaseEpoch: state.epochs + 1,
    batch,
    batches: train.count,
    step: counters.batches - state.batch + batch,
    retries: counters.retries,
  });
}

export interface FeedOptions {
  readonly batchSize: number;
  /** Whether the images are gone through more than once. */
  readonly again: boolean;
}

/** The images in batches as the experiment's model takes them. */
export function feed(
  images: Images,
  {
    experiment,
    data,
    graph,
    engine,
  }: Pick<TrainOptions, 'experiment' | 'data' | 'graph' | 'engine'>,
  { batchSize, again }: FeedOptions,
): Batches {
  return imageBatches({
    ...experiment.data,
    images,
    classCount: data.classNames.length,
    imageShape: graph.inputShape as readonly [number, number, number],
    batchSize,
    reused: again,
    engine,
  });
}
