import type * as tf from '@tensorflow/tfjs';
import type { PhaseConfig } from '../experiment/experiment.ts';
import { setFrozen } from '../model/build.ts';
import { frozenBy, frozenLayers, type Graph } from '../model/graph.ts';
import type { PhaseEnd } from './callbacks.ts';
import { restorePhase, restoreWeights } from './checkpoint.ts';
import { type PhaseRun, runEpoch, saveState } from './epoch.ts';
import { Evaluator } from './evaluate.ts';
import { prepareFeatures } from './features/phase-features.ts';
import { Objective } from './objective.ts';
import { Optimizer, type TrainedWeight } from './optimizers/optimizer.ts';
import { modelBatches, type TrainOptions } from './options.ts';
import { createSchedule } from './schedules.ts';
import {
  type Counters,
  NO_CHECKPOINTS,
  PhaseState,
  Snapshot,
  type TrainingState,
} from './state.ts';
import { TrainingStep } from './step.ts';

/**
 * Trains the phases in order, from a state or from the start.
 *
 * @throws NonFiniteError when the loss or a number of the state is not finite.
 */
export async function trainPhases(
  options: TrainOptions,
  from: TrainingState | null,
): Promise<void> {
  const { experiment, model } = options;
  const counters = { ...(from?.at.counters ?? { epochs: 0, batches: 0, updates: 0, retries: 0 }) };
  const first = experiment.phases.findIndex(({ name }) => name === from?.at.phase);
  if (from) restoreWeights(model, from);
  for (const [i, phase] of experiment.phases.entries()) {
    if (i < first) continue;
    const { endsTraining } = await trainPhase(options, phase, counters, i === first ? from : null);
    if (endsTraining) return;
  }
}

/**
 * Trains one phase to its last epoch or until it stops early. The model then has the weights to keep.
 *
 * @param from A state within this phase.
 */
async function trainPhase(
  options: TrainOptions,
  phase: PhaseConfig,
  counters: Counters,
  from: TrainingState | null,
): Promise<PhaseEnd> {
  const { graph, experiment, data, callbacks, engine } = options;
  setFrozen(options.model, frozenLayers(graph, phase.freeze));
  const { use, features } = await prepareFeatures(options, phase, ['train', 'validation']);
  const weights = trainedWeights(options.model, graph, phase.learningRateScale);
  const { training, inference } = experiment.precision;
  const optimizer = new Optimizer({
    ...phase,
    config: phase.optimizer,
    weights,
    lossScaling: training === 'float16',
    fused: engine.fused,
  });
  const objective = new Objective(experiment.loss, experiment.metrics, data.classWeights);
  const batches = (split: 'train' | 'validation') =>
    features?.batches(split, phase.batchSize) ??
    modelBatches(options, data[split], { batchSize: phase.batchSize, reused: phase.epochs > 1 });
  const train = batches('train');
  const validation = batches('validation');
  const model = features?.tail ?? options.model;
  const learner = { model, objective, weights, optimizer };
  const step = new TrainingStep({
    ...learner,
    engine,
    seed: experiment.seed,
    precision: training,
    batches: train,
  });
  const evaluator = new Evaluator({
    model,
    objective,
    engine,
    tta: 'none',
    precision: inference,
    batches: validation,
  });
  const run: PhaseRun = {
    checkpoints: NO_CHECKPOINTS,
    ...options,
    phase,
    counters,
    state: new PhaseState(phase),
    learner,
    step,
    evaluator,
    train,
    validation,
    schedule: createSchedule(phase.optimizer.learningRate, phase.epochs * train.count),
    begin: { at: performance.now(), batches: counters.batches },
  };
  try {
    if (from) restorePhase(run, from);
    const begin = { phase, epochs: counters.epochs, features: use, ...countParameters(run) };
    for (const callback of callbacks) await callback.phaseBegin?.(begin);
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
 * Trains epoch after epoch and ends as Keras' `fit` does: the averages of `ema` replace the weights, unless
 * early stopping restores the weights of the best epoch.
 */
async function trainEpochs(run: PhaseRun): Promise<PhaseEnd> {
  const { phase, learner, state } = run;
  while (!isComplete(run)) await trainEpoch(run);
  const { epochs, stoppedEarly, endsTraining, stopping, best } = state;
  learner.optimizer.finish();
  best?.restore();
  const keptEpoch = best && stopping ? stopping.state.bestEpoch : epochs;
  return { phase, epochs, stoppedEarly, endsTraining, keptEpoch };
}

function isComplete({ phase, state }: PhaseRun): boolean {
  return state.epochs === phase.epochs || state.stoppedEarly !== null;
}

/** Runs one epoch, then saves a checkpoint if one is due; one is always due after a phase's last epoch. */
async function trainEpoch(run: PhaseRun): Promise<void> {
  const { model, phase, callbacks, state, checkpoints } = run;
  const record = await runEpoch(run);
  for (const callback of callbacks) {
    const reason = await callback.epochEnd?.(record);
    if (!reason) continue;
    state.stoppedEarly = reason;
    state.endsTraining = true;
  }
  state.plateau?.update(record);
  const verdict = state.stopping?.update(record);
  if (verdict === 'best' && phase.earlyStopping?.restoreBest) {
    state.best?.dispose();
    state.best = new Snapshot(model);
  }
  if (verdict === 'stop') state.stoppedEarly ??= state.stopping?.reason ?? null;
  if (isComplete(run) || checkpoints.dueAfterEpoch(record.epoch)) await saveState(run);
}

/** Returns the weights that a phase trains. If several scales match a layer, the last one counts. */
export function trainedWeights(
  model: tf.LayersModel,
  graph: Graph,
  scales: PhaseConfig['learningRateScale'],
): TrainedWeight[] {
  const scaleOf = new Map(
    Object.entries(scales).flatMap(([pattern, scale]) =>
      frozenBy(graph, pattern).map((layer) => [layer, scale] as const),
    ),
  );
  return model.layers.flatMap((layer) =>
    layer.trainableWeights.map((variable) => ({
      name: `${layer.name}/${variable.originalName.split('/').at(-1)}`,
      variable,
      learningRateScale: scaleOf.get(layer.name) ?? 1,
    })),
  );
}

function countParameters({ model, learner }: PhaseRun) {
  const count = (shapes: readonly (readonly (number | null)[])[]) =>
    shapes
      .flatMap((shape) => shape.reduce<number>((size, n) => size * (n ?? 1), 1))
      .reduce((a, b) => a + b, 0);
  const trainableParameters = count(learner.weights.map(({ variable }) => variable.shape));
  const all = count(model.weights.map(({ shape }) => shape));
  return { trainableParameters, frozenParameters: all - trainableParameters };
}
