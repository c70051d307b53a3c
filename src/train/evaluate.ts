import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import type { EvaluateConfig } from '../config/experiment.ts';
import type { Batches } from '../data/batches.ts';
import type { Evaluation } from './callbacks.ts';
import { feed } from './feed.ts';
import { forward } from './forward.ts';
import type { Predictions } from './losses/loss.ts';
import { Objective } from './objective.ts';
import { Tally } from './tally.ts';
import type { TrainOptions } from './train.ts';

/**
 * What the finished model says of the validation pictures, in their order, with the experiment's test-time
 * augmentation.
 */
export function evaluate(options: Omit<TrainOptions, 'callbacks'>): Promise<Evaluation> {
  const { experiment, data } = options;
  const { loss, metrics, phases, evaluate } = experiment;
  return evaluateBatches({
    ...options,
    ...evaluate,
    objective: new Objective(loss, metrics),
    batches: feed(data.validation, options, phases.at(-1)?.batchSize ?? 32),
  });
}

export interface EvaluateBatchesOptions {
  readonly model: tf.LayersModel;
  readonly objective: Objective;
  readonly batches: Batches;
  readonly tta: EvaluateConfig['tta'];
  readonly signal: AbortSignal;
}

/** One pass over the pictures in inference mode. */
export async function evaluateBatches(options: EvaluateBatchesOptions): Promise<Evaluation> {
  const { model, objective, batches, tta, signal } = options;
  const tally = new Tally(objective);
  const rows: tf.Tensor2D[] = [];
  const truths: tf.Tensor1D[] = [];
  try {
    for (const { x, y, size } of batches.inOrder()) {
      const [probabilities, label, ...measures] = tf.tidy(() => {
        const predictions = predict(model, x, tta);
        const loss = objective.loss(model, y, predictions);
        const measured = objective.measure(loss, y, predictions);
        return [predictions.probabilities, y.argMax<tf.Tensor1D>(-1), ...measured] as const;
      });
      tf.dispose([x, y]);
      rows.push(probabilities);
      truths.push(label);
      tally.add(measures, size);
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

/** With `flip`, the mean of the probabilities of each picture and of its mirror image. */
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
