import * as tf from '@tensorflow/tfjs';
import type { LossConfig, MetricConfig } from '../config/experiment.ts';
import type { Loss, Predictions } from './losses/loss.ts';
import { losses } from './losses/table.ts';
import type { Metric } from './metrics/metric.ts';
import { metrics } from './metrics/table.ts';

/** What a batch gives: its loss, a scalar, and the sums of each metric in the file's order. */
export type Measures = readonly tf.Tensor[];

/** What training makes small and what it reports. */
export class Objective {
  /** Column names in metrics.csv and the metrics behind them; the loss is not among them. */
  readonly metrics: readonly { readonly label: string; readonly metric: Metric }[];
  readonly #loss: Loss;
  readonly #config: LossConfig;

  constructor(loss: LossConfig, metricConfigs: readonly MetricConfig[]) {
    this.#config = loss;
    this.#loss = losses[loss.name];
    this.metrics = metricConfigs.map((config) => ({
      label: config.label,
      metric: metrics[config.name](config),
    }));
  }

  /** Mean over the batch, and what the regularizers of layers in training add, as in Keras. */
  loss(model: tf.LayersModel, labels: tf.Tensor2D, predictions: Predictions): tf.Scalar {
    const penalties = model.layers
      .filter((layer) => layer.trainable)
      .flatMap((layer) => layer.calculateLosses());
    const mean = this.#loss(labels, predictions, this.#config).mean<tf.Scalar>();
    return tf.addN([mean, ...penalties]);
  }

  measure(loss: tf.Scalar, labels: tf.Tensor2D, { probabilities }: Predictions): Measures {
    const sums = this.metrics.map(({ metric }) => metric.sums(labels, probabilities).toFloat());
    return [loss, ...sums];
  }
}
