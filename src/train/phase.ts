import type { PhaseConfig } from '../experiment/experiment.ts';
import { setFrozen } from '../model/build.ts';
import { frozenLayers } from '../model/freeze.ts';
import type { PhaseEnd } from './callbacks.ts';
import { feed, type PhaseRun, runEpoch, saveState } from './epoch.ts';
import { Evaluator } from './evaluate.ts';
import { findFeatures } from './features/phase-features.ts';
import { Objective } from './objective.ts';
import { Optimizer } from './optimizers/optimizer.ts';
import { PhaseState } from './phase-state.ts';
import { createSchedule } from './schedules.ts';
import { NO_CHECKPOINTS, restorePhase, Snapshot, type TrainingState } from './state.ts';
import { TrainingStep } from './step.ts';
import type { Counters, TrainOptions } from './train.ts';
import { trainedWeights } from './weights.ts';

/**
 * Freezes, trains for the phase's epochs or until it stops early, and leaves the weights to keep.
 * @param from where an earlier training left this phase.
 */
export async function trainPhase(
  options: TrainOptions,
  phase: PhaseConfig,
  counters: Counters,
  from: TrainingState | null,
): Promise<PhaseEnd> {
  const { model, graph, experiment, data, callbacks, engine } = options;
  setFrozen(model, frozenLayers(graph, phase.freeze));
  const { use, features } = await findFeatures(options, phase, ['train', 'validation']);
  const weights = trainedWeights(model, graph, phase.learningRateScale);
  const optimizer = new Optimizer({
    ...phase,
    config: phase.optimizer,
    weights,
    fused: engine.fused,
  });
  const objective = new Objective(experiment.loss, experiment.metrics, data.classWeights);
  const batches = (part: 'train' | 'validation') =>
    features?.feed(part, phase.batchSize) ??
    feed(data[part], options, { batchSize: phase.batchSize, again: phase.epochs > 1 });
  const train = batches('train');
  const validation = batches('validation');
  const trained = features?.tail ?? model;
  const trainee = { model: trained, objective, weights, optimizer };
  const step = new TrainingStep({ ...trainee, engine, seed: experiment.seed, feed: train });
  const evaluator = new Evaluator({
    model: trained,
    objective,
    engine,
    tta: 'none',
    feed: validation,
  });
  const run: PhaseRun = {
    checkpoints: NO_CHECKPOINTS,
    ...options,
    phase,
    counters,
    state: new PhaseState(phase),
    trainee,
    step,
    evaluator,
    train,
    validation,
    schedule: createSchedule(phase.optimizer.learningRate, phase.epochs * train.count),
    begin: { at: performance.now(), batches: counters.batches },
  };
  try {
    if (from) restorePhase(run, from);
    for (const callback of callbacks)
      await callback.phaseBegin?.({
        ...{ phase, epochs: counters.epochs, features: use },
        ...parameters(run),
      });
    if (!from) await saveState(run);
    const end = await trainEpochs(run);
    counters.updates += optimizer.updates;
    for (const callback of callbacks) await callback.phaseEnd?.(end);
    return end;
  } catch (error) {
    if (error === options.signal.reason) await saveState(run);
    throw error;
  } finally {
    run.state.dispose();
    step.dispose();
    evaluator.dispose();
    optimizer.dispose();
    await train.dispose();
    await validation.dispose();
    await features?.release();
  }
}

/**
 * Ends as Keras' `fit` does: averages of `ema` take the weights' place, but where early stopping brings
 * the best epoch's weights back, those are kept.
 */
async function trainEpochs(run: PhaseRun): Promise<PhaseEnd> {
  const { phase, trainee, state } = run;
  while (!hasEnded(run)) await oneEpoch(run);
  const { epochs, stoppedEarly, endsTraining, stopping, best } = state;
  trainee.optimizer.finish();
  best?.restore();
  const keptEpoch = best && stopping ? stopping.state.bestEpoch : epochs;
  return { phase, epochs, stoppedEarly, endsTraining, keptEpoch };
}

function hasEnded({ phase, state }: PhaseRun): boolean {
  return state.epochs === phase.epochs || state.stoppedEarly !== null;
}

/** The state is saved after it as often as asked for, and always after a phase's last epoch. */
async function oneEpoch(run: PhaseRun): Promise<void> {
  const { model, phase, callbacks, state, checkpoints } = run;
  const record = await runEpoch(run);
  for (const callback of callbacks) {
    const reason = await callback.epochEnd?.(record);
    if (!reason) continue;
    state.stoppedEarly = reason;
    state.endsTraining = true;
  }
  state.plateau?.see(record);
  const verdict = state.stopping?.see(record);
  if (verdict === 'best' && phase.earlyStopping?.restoreBest) {
    state.best?.dispose();
    state.best = new Snapshot(model);
  }
  if (verdict === 'stop') state.stoppedEarly ??= state.stopping?.reason ?? null;
  if (hasEnded(run) || checkpoints.dueAfterEpoch(record.epoch)) await saveState(run);
}

function parameters({ model, trainee }: PhaseRun) {
  const count = (shapes: readonly (readonly (number | null)[])[]) =>
    shapes
      .flatMap((shape) => shape.reduce<number>((size, n) => size * (n ?? 1), 1))
      .reduce((a, b) => a + b, 0);
  const trainableParameters = count(trainee.weights.map(({ variable }) => variable.shape));
  const all = count(model.weights.map(({ shape }) => shape));
  return { trainableParameters, frozenParameters: all - trainableParameters };
}
