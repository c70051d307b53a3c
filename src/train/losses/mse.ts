import type { Loss } from './loss.ts';

/** Keras' MeanSquaredError, over the classes; it knows no label smoothing. */
export const mse: Loss = (labels, { probabilities }) =>
  labels.squaredDifference(probabilities).mean(-1);
