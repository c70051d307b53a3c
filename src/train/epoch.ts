import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { RunError } from '../common/errors.ts';
import type { Batch, Batches } from '../data/batches/batches.ts';
import type { PhaseConfig } from '../experiment/experiment.ts';
import type { EpochRecord, StepProgress } from './callbacks.ts';
import { captureState, firstNonFinite } from './checkpoint.ts';
import type { Evaluator } from './evaluate.ts';
import { RunningMetrics } from './objective.ts';
import type { TrainOptions } from './options.ts';
import type { Schedule } from './schedules.ts';
import type { Checkpoints, Counters, PhaseState } from './state.ts';
import type { Learner, StepAt, TrainingStep } from './step.ts';

/** Batches whose results may stay on the device. A count and not a time, so that runs are reproducible. */
const READ_EVERY = 4;

/** A phase in training. */
export interface PhaseRun extends TrainOptions {
  readonly checkpoints: Checkpoints;
  readonly phase: PhaseConfig;
  readonly counters: Counters;
  readonly state: PhaseState;
  readonly learner: Learner;
  readonly step: TrainingStep;
  readonly evaluator: Evaluator;
  readonly train: Batches;
  readonly validation: Batches;
  readonly schedule: Schedule;
  /** The begin or resumption of the phase: `performance.now()`, and the run's batches until then. */
  readonly begin: { readonly at: number; readonly batches: number };
}

/** A number that is NaN or infinite, and its position in training. Everything counts from 1. */
export interface NonFinitePosition {
  /** E.g. `the loss became NaN`. */
  readonly what: string;
  readonly phase: string;
  readonly phaseEpoch: number;
  readonly batch: number;
  readonly batches: number;
  /** The step of the whole training. */
  readonly step: number;
  /** Retries before it. */
  readonly retries: number;
}

/** The loss, or a number in the state of training, became NaN or infinite. */
export class NonFiniteError extends RunError {
  readonly at: NonFinitePosition;

  constructor(at: NonFinitePosition) {
    super(
      `${at.what} at step ${at.step}, in phase ${at.phase} ` +
        `(epoch ${at.phaseEpoch}, batch ${at.batch} of ${at.batches})`,
    );
    this.at = at;
  }
}

/** Trains on the rest of an epoch's batches, then evaluates on the validation images. */
export async function runEpoch(run: PhaseRun): Promise<EpochRecord> {
  const { phase, counters, learner, train, evaluator, state } = run;
  const begin = performance.now();
  const before = state.metrics?.images ?? 0;
  const { metrics, waitingSeconds } = await trainEpoch(run);
  const trainSeconds = (performance.now() - begin) / 1000;
  const validation = await evaluator.evaluate(run.signal);
  counters.epochs += 1;
  const record = {
    phase: phase.name,
    phaseEpoch: state.epochs + 1,
    epoch: counters.epochs,
    step: counters.updates + learner.optimizer.updates,
    learningRate: learningRate(run, (state.epochs + 1) * train.count - 1),
    train: metrics.values(),
    validation: validation.metrics,
    seconds: (performance.now() - begin) / 1000,
    imagesPerSecond: (metrics.images - before) / trainSeconds,
    waitingSeconds,
  };
  state.endEpoch();
  return record;
}

/** @param batch The batch of the phase, from 0. */
function learningRate({ schedule, state, counters, experiment }: PhaseRun, batch: number): number {
  const { onNonFinite } = experiment;
  return (
    schedule(batch) * (state.plateau?.state.scale ?? 1) * onNonFinite.factor ** counters.retries
  );
}

async function trainEpoch(
  run: PhaseRun,
): Promise<{ metrics: RunningMetrics; waitingSeconds: number }> {
  const { phase, counters, learner, step, train, experiment, engine, signal, state } = run;
  state.metrics ??= new RunningMetrics(learner.objective);
  const { metrics } = state;
  const begin = performance.now();
  const before = metrics.images;
  let waitingSeconds = 0;
  let requested = begin;
  try {
    const key = [experiment.seed, phase.name, state.epochs + 1];
    for await (const batch of train.shuffled(key, state.batch)) {
      waitingSeconds += (performance.now() - requested) / 1000;
      const at = {
        learningRate: learningRate(run, state.epochs * train.count + state.batch),
        step: counters.batches,
      };
      if (run.probe) probe(run, batch, at);
      metrics.add(await step.run(batch, at), batch.size);
      state.batch += 1;
      counters.batches += 1;
      if (state.batch % READ_EVERY === 0 || state.batch === train.count) {
        await metrics.read();
        requireFiniteLoss(run, metrics);
        const seconds = (performance.now() - begin) / 1000;
        const imagesPerSecond = (metrics.images - before) / seconds;
        report(run, { imagesPerSecond, waitingShare: waitingSeconds / seconds });
      }
      await setImmediate();
      signal.throwIfAborted();
      if (run.checkpoints.dueAfterStep(counters.batches)) await saveState(run);
      requested = performance.now();
    }
    return { metrics, waitingSeconds };
  } finally {
    engine.syncVariables();
  }
}

function probe(run: PhaseRun, batch: Batch, at: StepAt): void {
  tf.tidy(() => run.probe?.(run.learner, run.train.read(batch.inputs), at));
}

function report(run: PhaseRun, pace: Pick<StepProgress, 'imagesPerSecond' | 'waitingShare'>): void {
  const { begin, counters } = run;
  const progress = {
    phase: run.phase.name,
    phaseEpoch: run.state.epochs + 1,
    phaseEpochs: run.phase.epochs,
    batch: run.state.batch,
    batches: run.train.count,
    metrics: run.state.metrics?.values() ?? {},
    ...pace,
    secondsPerBatch: (performance.now() - begin.at) / 1000 / (counters.batches - begin.batches),
  };
  for (const callback of run.callbacks) callback.step?.(progress);
}

/**
 * Saves a checkpoint.
 *
 * @throws NonFiniteError, without saving, when the loss or a number of the state is not finite.
 */
export async function saveState(run: PhaseRun): Promise<void> {
  const captured = await captureState(run);
  if (run.state.metrics) requireFiniteLoss(run, run.state.metrics);
  const tensor = firstNonFinite(captured);
  if (tensor) throw nonFiniteError(run, run.state.batch, `${tensor} became NaN or infinite`);
  await run.checkpoints.save(captured);
}

function requireFiniteLoss(run: PhaseRun, { firstNonFinite }: RunningMetrics): void {
  if (!firstNonFinite) return;
  const { batch, loss } = firstNonFinite;
  throw nonFiniteError(run, batch, `the loss became ${loss}`);
}

/** @param batch The batch of the current epoch, from 1; 0 before its first. */
function nonFiniteError(run: PhaseRun, batch: number, what: string): NonFiniteError {
  const { phase, train, state, counters } = run;
  return new NonFiniteError({
    what,
    phase: phase.name,
    phaseEpoch: state.epochs + 1,
    batch,
    batches: train.count,
    step: counters.batches - state.batch + batch,
    retries: counters.retries,
  });
}
