import type * as tf from '@tensorflow/tfjs';
import type { StreamKey } from '../../common/random.ts';
import type { AugmentConfig } from '../../experiment/experiment.ts';

export type AugmentArgs = AugmentConfig['args'];

/** Training images (NHWC, float32, 0 to 255) and one row of class probabilities for each. */
export interface LabelledBatch {
  readonly x: tf.Tensor4D;
  readonly y: tf.Tensor2D;
}

/** What an augmentation computes with; given to it, so that the table loads without TensorFlow. */
export interface AugmentContext {
  readonly tf: typeof tf;
  /** Uniform float32 numbers in [0, 1); each call gives new ones, the same ones in the same step. */
  readonly uniform: (shape: readonly number[]) => tf.Tensor;
  /** What `draw` drew. */
  readonly drawn: readonly [parts: tf.Tensor1D, partners: tf.Tensor1D] | null;
}

/**
 * One random change of training images, over a whole batch at once. Adding one is such a file and
 * its line in `table.ts`.
 */
export interface AugmentKind {
  readonly kind: string;
  /** The argument that a bare value stands for: `flip: horizontal`. */
  readonly main: string;
  readonly defaults: AugmentArgs;
  /** How often `apply` calls `uniform`, at most. */
  readonly uniforms: number;
  /** For so many images, before the step: how much of another is mixed into each, and of which one. */
  draw?(count: number, args: AugmentArgs, key: StreamKey): readonly [Float32Array, Int32Array];
  /** Runs within `tf.tidy`. */
  apply(batch: LabelledBatch, args: AugmentArgs, context: AugmentContext): LabelledBatch;
}
