import type { PhaseConfig } from '../config/experiment.ts';
import { setFrozen } from '../model/build.ts';
import { frozenLayers } from '../model/freeze.ts';
import type { PhaseBegin, PhaseEnd } from './callbacks.ts';
import { EarlyStopping } from './early-stopping.ts';
import { type PhaseRun, runEpoch } from './epoch.ts';
import { Evaluator } from './evaluate.ts';
import { findFeatures } from './features/phase-features.ts';
import { feed } from './feed.ts';
import { Objective } from './objective.ts';
import { Optimizer } from './optimizers/optimizer.ts';
import { ReduceOnPlateau } from './reduce-on-plateau.ts';
import { createSchedule } from './schedules/table.ts';
import { Snapshot } from './snapshot.ts';
import { TrainingStep } from './step.ts';
import type { Counters, TrainOptions } from './train.ts';
import { trainedWeights } from './weights.ts';

/** Freezes, trains for the phase's epochs or until it stops early, and leaves the weights to keep. */
export async function trainPhase(
  options: TrainOptions,
  phase: PhaseConfig,
  counters: Counters,
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
    features?.feed(part, phase.batchSize) ?? feed(data[part], options, phase.batchSize);
  const train = batches('train');
  const trained = features?.tail ?? model;
  const trainee = { model: trained, objective, weights, optimizer };
  const step = new TrainingStep({ ...trainee, engine, seed: experiment.seed });
  const evaluator = new Evaluator({ model: trained, objective, engine, tta: 'none' });
  const run: PhaseRun = {
    ...options,
    phase,
    counters,
    trainee,
    step,
    evaluator,
    train,
    validation: batches('validation'),
    schedule: createSchedule(phase.optimizer.learningRate, phase.epochs * train.count),
    begin: performance.now(),
  };
  try {
    for (const callback of callbacks)
      await callback.phaseBegin?.({ ...parameters(run), features: use });
    const end = await trainEpochs(run);
    counters.updates += optimizer.updates;
    for (const callback of callbacks) await callback.phaseEnd?.(end);
    return end;
  } finally {
    step.dispose();
    evaluator.dispose();
    optimizer.dispose();
    await features?.release();
  }
}

/**
 * Ends as Keras' `fit` does: averages of `ema` take the weights' place, but where early stopping brings
 * the best epoch's weights back, those are kept.
 */
async function trainEpochs(run: PhaseRun): Promise<PhaseEnd> {
  const { model, phase, trainee, callbacks } = run;
  const plateau = phase.reduceOnPlateau && new ReduceOnPlateau(phase.reduceOnPlateau);
  const stopping = phase.earlyStopping && new EarlyStopping(phase.earlyStopping);
  let best: Snapshot | null = null;
  let stoppedEarly: string | null = null;
  let endsTraining = false;
  let epoch = 0;
  try {
    while (epoch < phase.epochs && stoppedEarly === null) {
      epoch += 1;
      const record = await runEpoch(run, epoch, plateau?.scale ?? 1);
      for (const callback of callbacks) {
        const reason = await callback.epochEnd?.(record);
        if (!reason) continue;
        stoppedEarly = reason;
        endsTraining = true;
      }
      plateau?.see(record);
      const verdict = stopping?.see(record);
      if (verdict === 'best' && phase.earlyStopping?.restoreBest) {
        best?.dispose();
        best = new Snapshot(model);
      }
      if (verdict === 'stop') stoppedEarly ??= stopping?.reason ?? null;
    }
    trainee.optimizer.finish();
    best?.restore();
    return {
      phase,
      epochs: epoch,
      stoppedEarly,
      endsTraining,
      keptEpoch: best ? (stopping?.bestEpoch ?? epoch) : epoch,
    };
  } finally {
    best?.dispose();
  }
}

function parameters({ phase, model, trainee }: PhaseRun): Omit<PhaseBegin, 'features'> {
  const count = (shapes: readonly (readonly (number | null)[])[]) =>
    shapes
      .flatMap((shape) => shape.reduce<number>((size, n) => size * (n ?? 1), 1))
      .reduce((a, b) => a + b, 0);
  const trainableParameters = count(trainee.weights.map(({ variable }) => variable.shape));
  const all = count(model.weights.map(({ shape }) => shape));
  return { phase, trainableParameters, frozenParameters: all - trainableParameters };
}
