import * as tf from '@tensorflow/tfjs';
import type { LossConfig, MetricConfig } from '../experiment/experiment.ts';
import { type Loss, losses, type Predictions } from './losses.ts';
import { type Metric, metrics } from './metrics.ts';

/** The results of one batch: its loss, a scalar, and the sums of each metric in the file's order. */
export type Measures = readonly tf.Tensor[];

/** The loss that training minimizes and the metrics that it reports. */
export class Objective {
  /** The metrics and their column names in metrics.csv, without the loss. */
  readonly metrics: readonly { readonly label: string; readonly metric: Metric }[];
  readonly #loss: Loss;
  readonly #config: LossConfig;
  readonly #classWeights: readonly number[] | null;

  constructor(
    loss: LossConfig,
    metricConfigs: readonly MetricConfig[],
    classWeights: readonly number[] | null = null,
  ) {
    this.#config = loss;
    this.#classWeights = classWeights;
    this.#loss = losses[loss.name];
    this.metrics = metricConfigs.map((config) => ({
      label: config.label,
      metric: metrics[config.name](config),
    }));
  }

  /** Returns the mean loss of the batch plus the penalties of trainable layers' regularizers, as in Keras. */
  loss(model: tf.LayersModel, labels: tf.Tensor2D, predictions: Predictions): tf.Scalar {
    return withPenalties(model, this.#loss(labels, predictions, this.#config));
  }

  /**
   * Returns the same with each image's loss multiplied by the weight of its class: Keras' `class_weight`
   * (keras/src/trainers/data_adapters/data_adapter_utils.py). If labels are mixed, the most probable class
   * counts.
   */
  trainingLoss(model: tf.LayersModel, labels: tf.Tensor2D, predictions: Predictions): tf.Scalar {
    if (!this.#classWeights) return this.loss(model, labels, predictions);
    const losses = this.#loss(labels, predictions, this.#config);
    // `gather` would read the classes from the device in the middle of a compiled step; one-hot does not.
    const classes = tf.oneHot(labels.argMax<tf.Tensor1D>(-1), this.#classWeights.length);
    const weights = classes
      .toFloat()
      .mul([...this.#classWeights])
      .sum(-1);
    return withPenalties(model, losses.mul(weights));
  }

  measure(loss: tf.Scalar, labels: tf.Tensor2D, { probabilities }: Predictions): Measures {
    const sums = this.metrics.map(({ metric }) => metric.sums(labels, probabilities).toFloat());
    return [loss, ...sums];
  }
}

function withPenalties(model: tf.LayersModel, losses: tf.Tensor1D): tf.Scalar {
  const penalties = model.layers
    .filter((layer) => layer.trainable)
    .flatMap((layer) => layer.calculateLosses());
  return tf.addN([losses.mean<tf.Scalar>(), ...penalties]);
}

/** The totals over some batches, as plain JSON. */
export interface RunningMetricsState {
  readonly images: number;
  readonly batches: number;
  /** Sum over the images. */
  readonly loss: number;
  /** The sums of each metric. */
  readonly sums: readonly (readonly number[])[];
}

/**
 * Loss and metrics over the batches so far. Results of batches stay on the device until `read`, so that a
 * step need not wait for them. The totals are float64.
 */
export class RunningMetrics {
  images = 0;
  /** The first batch whose loss is NaN or infinite, counted from 1. */
  firstNonFinite: { readonly batch: number; readonly loss: number } | null = null;
  readonly #objective: Objective;
  #batches = 0;
  #unread: { readonly measures: Measures; readonly images: number }[] = [];
  #loss = 0;
  #sums: Float64Array[] = [];

  /** @param state The totals to resume from. */
  constructor(objective: Objective, state?: RunningMetricsState) {
    this.#objective = objective;
    if (!state) return;
    this.images = state.images;
    this.#batches = state.batches;
    this.#loss = state.loss;
    this.#sums = state.sums.map((sum) => Float64Array.from(sum));
  }

  /** The totals over the batches that `read` has read. */
  get state(): RunningMetricsState {
    const { images } = this;
    const sums = this.#sums.map((sum) => [...sum]);
    return { images, batches: this.#batches, loss: this.#loss, sums };
  }

  /** Adds a batch. Takes ownership of its measures. */
  add(measures: Measures, images: number): void {
    this.#unread.push({ measures, images });
  }

  async read(): Promise<void> {
    const unread = this.#unread;
    if (unread.length === 0) return;
    this.#unread = [];
    const tensors = unread.flatMap(({ measures }) => measures);
    const joined = tf.tidy(() => tf.concat(tensors.map((tensor) => tensor.flatten())));
    const values = await joined.data();
    let at = 0;
    const next = ({ size }: tf.Tensor) => {
      at += size;
      return values.subarray(at - size, at);
    };
    for (const { measures, images } of unread) {
      const [loss, ...sums] = measures.map(next);
      this.#addValues(loss?.[0] as number, sums as Float32Array[], images);
    }
    tf.dispose([joined, ...tensors]);
  }

  /** Returns `loss`, then the metrics under their labels. */
  values(): Record<string, number> {
    const entries = this.#objective.metrics.map(
      ({ label, metric }, i) =>
        [label, metric.value(this.#sums[i] ?? new Float64Array(), this.images)] as const,
    );
    return { loss: this.#loss / this.images, ...Object.fromEntries(entries) };
  }

  dispose(): void {
    tf.dispose(this.#unread.flatMap(({ measures }) => [...measures]));
  }

  #addValues(loss: number, sums: readonly Float32Array[], images: number): void {
    this.#batches += 1;
    if (!Number.isFinite(loss)) this.firstNonFinite ??= { batch: this.#batches, loss };
    this.images += images;
    this.#loss += loss * images;
    this.#sums = sums.map((part, i) => {
      const sum = this.#sums[i];
      return Float64Array.from(part, (value, j) => value + (sum?.[j] ?? 0));
    });
  }
}
