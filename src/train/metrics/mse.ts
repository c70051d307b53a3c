import type { Metric } from './metric.ts';

/** Mean squared difference of probabilities and labels (Keras' MeanSquaredError). */
export const mse: Metric = {
  sums: (labels, probabilities) => labels.squaredDifference(probabilities).mean(-1).sum().as1D(),
  value: ([sum = 0], pictures) => sum / pictures,
};
