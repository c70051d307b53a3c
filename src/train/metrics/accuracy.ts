import type { Metric } from './metric.ts';

/** Part of the pictures whose most probable class is right (Keras' CategoricalAccuracy). */
export const accuracy: Metric = {
  sums: (labels, probabilities) => labels.argMax(-1).equal(probabilities.argMax(-1)).sum().as1D(),
  value: ([right = 0], pictures) => right / pictures,
};
