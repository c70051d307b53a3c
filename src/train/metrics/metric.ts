import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';

/**
 * A figure of merit over an epoch, made of sums over its pictures, so that it is exact however the
 * pictures are cut into batches.
 */
export interface Metric {
  /** A batch's part of the sums. Both `[pictures, classes]`; labels are rows of class probabilities. */
  sums(labels: Tensor2D, probabilities: Tensor2D): Tensor1D;
  /** The metric, from the sums over all of `pictures`. */
  value(sums: Float64Array, pictures: number): number;
}

/** As Keras' `divide_no_nan`. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
