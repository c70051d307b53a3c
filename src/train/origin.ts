import * as tf from '@tensorflow/tfjs';
import type { Examples } from '../data/batches/batches.ts';
import { drawFrom, stepSource } from '../model/keras/random.ts';
import type { PhaseRun } from './epoch.ts';
import type { Broken } from './non-finite.ts';
import { namedWeights, type TrainingState } from './state.ts';
import { forward } from './step.ts';
import { type TrainOptions, trainFrom } from './train.ts';

/** More would take longer than it is worth. */
const MOST_STEPS = 2_000;

/** What is looked at goes no further. */
class Found extends Error {}

/**
 * Replays training up to the broken step, that one and the one before it operation by operation, and names
 * the first weight, output or gradient that is not finite; `null` if there is none, or it is too far.
 */
export async function findOrigin(
  options: TrainOptions,
  { step }: Broken,
  from: TrainingState,
): Promise<string | null> {
  if (step - from.at.counters.batches > MOST_STEPS) return null;
  const probe: TrainOptions['probe'] = (run, examples, { step: index }) => {
    if (index < step - 2) return;
    run.engine.settle();
    const origin = firstNonFinite(run, examples, index);
    if (origin) throw new Found(`it began at step ${index + 1} in ${origin}`);
    if (index >= step) throw new Found();
  };
  const { checkpoints: _, ...rest } = options;
  const replay = { ...rest, callbacks: [], probe };
  try {
    await trainFrom(replay, from);
  } catch (error) {
    if (error instanceof Found) return error.message || null;
    if (options.signal.aborted) throw error;
  }
  return null;
}

function firstNonFinite(run: PhaseRun, { x, y }: Examples, step: number): string | null {
  const { trainee, engine, experiment } = run;
  const { model, objective, weights } = trainee;
  for (const [name, weight] of namedWeights(run.model)) {
    if (!allFinite(weight)) return `the weight ${name}`;
  }
  let origin: string | null = null;
  tf.tidy(() => {
    drawFrom(stepSource(engine, { seed: experiment.seed, step: tf.scalar(step, 'int32') }));
    const outputs = watchOutputs(model);
    try {
      const variables = weights.map(({ variable }) => variable.read() as tf.Variable);
      const { grads } = tf.variableGrads(
        () => objective.trainingLoss(model, y, forward(model, x, true)),
        variables,
      );
      if (outputs.first) {
        origin = `the output of layer ${outputs.first}`;
        return;
      }
      // The last layers' gradients are computed first, and give theirs to those before them.
      const broken = weights.findLast(({ variable }) => {
        const gradient = grads[(variable.read() as tf.Variable).name];
        return gradient !== undefined && !allFinite(gradient);
      });
      if (broken) origin = `the gradient of ${broken.name}`;
    } finally {
      outputs.restore();
    }
  });
  return origin;
}

/** Looks at what each layer gives, in the order in which they run. */
function watchOutputs(model: tf.LayersModel): { first: string | null; restore(): void } {
  const watched = model.layers.map((layer) => ({ layer, call: layer.call }));
  const outputs = {
    first: null as string | null,
    restore() {
      for (const { layer, call } of watched) layer.call = call;
    },
  };
  for (const { layer, call } of watched) {
    layer.call = (inputs, kwargs) => {
      const result = call.call(layer, inputs, kwargs);
      for (const tensor of [result].flat()) {
        if (!outputs.first && !allFinite(tensor)) outputs.first = layer.name;
      }
      return result;
    };
  }
  return outputs;
}

function allFinite(tensor: tf.Tensor): boolean {
  return tf.tidy(() => tensor.isFinite().all().dataSync()[0] === 1);
}
