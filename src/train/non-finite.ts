import * as tf from '@tensorflow/tfjs';
import type { Examples } from '../data/batches/batches.ts';
import { setRandomSource, stepRandomSource } from '../model/keras/noise.ts';
import { namedWeights } from './checkpoint.ts';
import type { NonFinitePosition } from './epoch.ts';
import type { TrainOptions } from './options.ts';
import { trainPhases } from './phase.ts';
import type { TrainingState } from './state.ts';
import { forward, type Learner } from './step.ts';

/** Most steps to replay. More would take too long. */
const MAX_STEPS = 2_000;

/** Stops the replay. */
class ReplayEnd extends Error {}

/**
 * Replays training up to the step with the non-finite number, and that step and the one before it operation
 * by operation.
 *
 * @returns the first weight, output or gradient that is not finite, in words; `null` if none is found or it
 *   is too many steps away.
 */
export async function findOrigin(
  options: TrainOptions,
  { step }: NonFinitePosition,
  from: TrainingState,
): Promise<string | null> {
  if (step - from.at.counters.batches > MAX_STEPS) return null;
  const probe: TrainOptions['probe'] = (learner, examples, { step: index }) => {
    if (index < step - 2) return;
    options.engine.syncVariables();
    const origin = firstNonFinite(options, learner, examples, index);
    if (origin) throw new ReplayEnd(`it began at step ${index + 1} in ${origin}`);
    if (index >= step) throw new ReplayEnd();
  };
  const { checkpoints: _, ...rest } = options;
  const replay = { ...rest, callbacks: [], probe };
  try {
    await trainPhases(replay, from);
  } catch (error) {
    if (error instanceof ReplayEnd) return error.message || null;
    if (options.signal.aborted) throw error;
  }
  return null;
}

function firstNonFinite(
  { model, engine, experiment }: TrainOptions,
  learner: Learner,
  { x, y }: Examples,
  step: number,
): string | null {
  for (const [name, weight] of namedWeights(model)) {
    if (!allFinite(weight)) return `the weight ${name}`;
  }
  let origin: string | null = null;
  tf.tidy(() => {
    setRandomSource(
      stepRandomSource(engine, { seed: experiment.seed, step: tf.scalar(step, 'int32') }),
    );
    const { objective, weights } = learner;
    const outputs = watchOutputs(learner.model);
    try {
      const variables = weights.map(({ variable }) => variable.read() as tf.Variable);
      const { grads } = tf.variableGrads(
        () => objective.trainingLoss(learner.model, y, forward(learner.model, x, true)),
        variables,
      );
      if (outputs.firstNonFinite) {
        origin = `the output of layer ${outputs.firstNonFinite}`;
        return;
      }
      // Gradients flow from the last layer to the first, so the last non-finite one is the origin.
      const last = weights.findLast(({ variable }) => {
        const gradient = grads[(variable.read() as tf.Variable).name];
        return gradient !== undefined && !allFinite(gradient);
      });
      if (last) origin = `the gradient of ${last.name}`;
    } finally {
      outputs.restore();
    }
  });
  return origin;
}

/** Checks the output of each layer as the layers run, until `restore` is called. */
function watchOutputs(model: tf.LayersModel): { firstNonFinite: string | null; restore(): void } {
  const watched = model.layers.map((layer) => ({ layer, call: layer.call }));
  const outputs = {
    firstNonFinite: null as string | null,
    restore() {
      for (const { layer, call } of watched) layer.call = call;
    },
  };
  for (const { layer, call } of watched) {
    layer.call = (inputs, kwargs) => {
      const result = call.call(layer, inputs, kwargs);
      for (const tensor of [result].flat()) {
        if (!outputs.firstNonFinite && !allFinite(tensor)) outputs.firstNonFinite = layer.name;
      }
      return result;
    };
  }
  return outputs;
}

function allFinite(tensor: tf.Tensor): boolean {
  return tf.tidy(() => tensor.isFinite().all().dataSync()[0] === 1);
}
