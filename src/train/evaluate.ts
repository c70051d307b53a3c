import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import type { Batches } from '../data/batches/batches.ts';
import type { CompiledFunction, Engine } from '../engine/engine.ts';
import type { EvaluateConfig } from '../experiment/experiment.ts';
import type { Evaluation } from './callbacks.ts';
import { feed } from './epoch.ts';
import { findFeatures } from './features/phase-features.ts';
import type { Predictions } from './losses.ts';
import { Objective } from './objective.ts';
import { forward } from './step.ts';
import { Tally } from './tally.ts';
import type { TrainOptions } from './train.ts';

/**
 * What the finished model says of the validation images, in their order, with the experiment's test-time
 * augmentation. Without it, features that the last phase took in the images' place serve here too.
 */
export async function evaluate(options: Omit<TrainOptions, 'callbacks'>): Promise<Evaluation> {
  const { experiment, data, model, signal } = options;
  const { loss, metrics, phases, evaluate } = experiment;
  const last = phases.at(-1);
  const found =
    last && evaluate.tta === 'none'
      ? await findFeatures({ ...options, callbacks: [] }, last, ['validation'])
      : null;
  const features = found?.features;
  const batchSize = last?.batchSize ?? 32;
  const objective = new Objective(loss, metrics);
  const tail = features?.tail ?? model;
  const batches =
    features?.feed('validation', batchSize) ??
    feed(data.validation, options, { batchSize, again: false });
  const evaluator = new Evaluator({
    ...options,
    ...evaluate,
    model: tail,
    objective,
    feed: batches,
  });
  try {
    return await evaluator.evaluate(signal);
  } finally {
    evaluator.dispose();
    await batches.dispose();
    await features?.release();
  }
}

export interface EvaluatorOptions {
  readonly model: tf.LayersModel;
  readonly objective: Objective;
  readonly tta: EvaluateConfig['tta'];
  readonly engine: Engine;
  /** The images to evaluate on. */
  readonly feed: Batches;
}

/** Runs a model in inference mode, as the engine compiles it. */
export class Evaluator {
  readonly #objective: Objective;
  readonly #feed: Batches;
  readonly #compiled: CompiledFunction;

  constructor({ model, objective, tta, engine, feed }: EvaluatorOptions) {
    this.#objective = objective;
    this.#feed = feed;
    this.#compiled = engine.compile((inputs) => {
      const { x, y: labels } = feed.read(inputs);
      const predictions = predict(model, x as tf.Tensor4D, tta);
      const loss = objective.loss(model, labels, predictions);
      const measures = objective.measure(loss, labels, predictions);
      return [predictions.probabilities, labels.argMax(-1), ...measures];
    }, 'evaluation');
  }

  /** One pass over the images. */
  async evaluate(signal: AbortSignal): Promise<Evaluation> {
    const tally = new Tally(this.#objective);
    const rows: tf.Tensor[] = [];
    const truths: tf.Tensor[] = [];
    try {
      for await (const batch of this.#feed.inOrder()) {
        const [probabilities, label, ...measures] = await this.#compiled.run(batch.inputs);
        rows.push(probabilities as tf.Tensor);
        truths.push(label as tf.Tensor);
        tally.add(measures, batch.size);
        await setImmediate();
        signal.throwIfAborted();
      }
      await tally.read();
      return {
        metrics: tally.values(),
        probabilities: (await readAll(rows)) as Float32Array,
        labels: (await readAll(truths)) as Int32Array,
      };
    } finally {
      tally.dispose();
      tf.dispose([rows, truths]);
    }
  }

  dispose(): void {
    this.#compiled.dispose();
  }
}

/** With `flip`, the mean of the probabilities of each image and of its mirror image. */
function predict(model: tf.LayersModel, x: tf.Tensor4D, tta: EvaluateConfig['tta']): Predictions {
  const predictions = forward(model, x, false);
  if (tta === 'none') return predictions;
  const mirrored = forward(model, x.reverse(2), false);
  const sum = predictions.probabilities.add<tf.Tensor2D>(mirrored.probabilities);
  return { probabilities: sum.div(2), logits: null };
}

async function readAll(parts: readonly tf.Tensor[]): Promise<ArrayLike<number>> {
  const joined = tf.tidy(() => tf.concat([...parts]));
  const values = await joined.data();
  joined.dispose();
  return values;
}
