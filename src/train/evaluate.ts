import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import type { Batches } from '../data/batches/batches.ts';
import type { CompiledFunction, Engine } from '../engine/engine.ts';
import type { EvaluateConfig, PhaseConfig, Precision } from '../experiment/experiment.ts';
import type { Evaluation } from './callbacks.ts';
import { prepareFeatures } from './features/phase-features.ts';
import type { Predictions } from './losses.ts';
import { Objective, RunningMetrics } from './objective.ts';
import { modelBatches, type TrainOptions } from './options.ts';
import { forward } from './step.ts';

/**
 * Evaluates the finished model on the validation images, in order, with the experiment's test-time
 * augmentation. Without that, it uses the features of the last phase if there are any.
 */
export async function evaluate(options: Omit<TrainOptions, 'callbacks'>): Promise<Evaluation> {
  const { experiment, data, engine, signal } = options;
  const { loss, metrics, phases } = experiment;
  const { tta } = experiment.evaluate;
  const precision = experiment.precision.inference;
  const last = phases.at(-1) as PhaseConfig;
  const prepared =
    tta === 'none'
      ? await prepareFeatures({ ...options, callbacks: [] }, last, ['validation'])
      : null;
  const features = prepared?.features;
  const { batchSize } = last;
  const model = features?.tail ?? options.model;
  const objective = new Objective(loss, metrics);
  const batches =
    features?.batches('validation', batchSize) ??
    modelBatches(options, data.validation, { batchSize, reused: false });
  const evaluator = new Evaluator({ model, objective, tta, precision, engine, batches });
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
  readonly precision: Precision;
  readonly engine: Engine;
  readonly batches: Batches;
}

/** The evaluation of a model on one split, as a compiled function. */
export class Evaluator {
  readonly #objective: Objective;
  readonly #batches: Batches;
  readonly #compiled: CompiledFunction;

  constructor({ model, objective, tta, precision, engine, batches }: EvaluatorOptions) {
    this.#objective = objective;
    this.#batches = batches;
    const evaluateBatch = (inputs: readonly tf.Tensor[]) => {
      const { x, y } = batches.read(inputs);
      const predictions = predictBatch(model, x as tf.Tensor4D, tta);
      const loss = objective.loss(model, y, predictions);
      const measures = objective.measure(loss, y, predictions);
      return [predictions.probabilities, y.argMax(-1), ...measures];
    };
    this.#compiled = engine.compile(evaluateBatch, { name: 'evaluation', precision });
  }

  /** Evaluates all images in one pass. */
  async evaluate(signal: AbortSignal): Promise<Evaluation> {
    const metrics = new RunningMetrics(this.#objective);
    const rows: tf.Tensor[] = [];
    const labels: tf.Tensor[] = [];
    try {
      for await (const batch of this.#batches.inOrder()) {
        const [probabilities, label, ...measures] = await this.#compiled.run(batch.inputs);
        rows.push(probabilities as tf.Tensor);
        labels.push(label as tf.Tensor);
        metrics.add(measures, batch.size);
        await setImmediate();
        signal.throwIfAborted();
      }
      await metrics.read();
      return {
        metrics: metrics.values(),
        probabilities: (await readAll(rows)) as Float32Array,
        labels: (await readAll(labels)) as Int32Array,
      };
    } finally {
      metrics.dispose();
      tf.dispose([rows, labels]);
    }
  }

  dispose(): void {
    this.#compiled.dispose();
  }
}

/** Predicts a batch. `flip` averages the probabilities of each image and its mirror image. */
export function predictBatch(
  model: tf.LayersModel,
  x: tf.Tensor4D,
  tta: EvaluateConfig['tta'],
): Predictions {
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
