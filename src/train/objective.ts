import * as tf from '@tensorflow/tfjs';
import type { LossConfig, MetricConfig } from '../experiment/experiment.ts';
import { type Loss, losses, type Predictions } from './losses.ts';
import { type Metric, metrics } from './metrics.ts';

/** What a batch gives: its loss, a scalar, and the sums of each metric in the file's order. */
export type Measures = readonly tf.Tensor[];

/** What training makes small and what it reports. */
export class Objective {
  /** Column names in metrics.csv and the metrics behind them; the loss is not among them. */
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

  /** Mean over the batch, and what the regularizers of layers in training add, as in Keras. */
  loss(model: tf.LayersModel, labels: tf.Tensor2D, predictions: Predictions): tf.Scalar {
    return this.#withPenalties(model, this.#loss(labels, predictions, this.#config));
  }

  /**
   * The same with each image's loss times the weight of its class, the likeliest one where labels are
   * mixed: Keras' `class_weight` (keras/src/trainers/data_adapters/data_adapter_utils.py).
   */
  trainingLoss(model: tf.LayersModel, labels: tf.Tensor2D, predictions: Predictions): tf.Scalar {
    if (!this.#classWeights) return this.loss(model, labels, predictions);
    const losses = this.#loss(labels, predictions, this.#config);
    // One-hot, because `gather` would read the classes from the device in the middle of a compiled step.
    const classes = tf.oneHot(labels.argMax<tf.Tensor1D>(-1), this.#classWeights.length);
    const weights = classes
      .toFloat()
      .mul([...this.#classWeights])
      .sum(-1);
    return this.#withPenalties(model, losses.mul(weights));
  }

  #withPenalties(model: tf.LayersModel, losses: tf.Tensor1D): tf.Scalar {
    const penalties = model.layers
      .filter((layer) => layer.trainable)
      .flatMap((layer) => layer.calculateLosses());
    return tf.addN([losses.mean<tf.Scalar>(), ...penalties]);
  }

  measure(loss: tf.Scalar, labels: tf.Tensor2D, { probabilities }: Predictions): Measures {
    const sums = this.metrics.map(({ metric }) => metric.sums(labels, probabilities).toFloat());
    return [loss, ...sums];
  }
}
