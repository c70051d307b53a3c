import type * as tf from '@tensorflow/tfjs';
import type { StreamKey } from '../../common/random.ts';
import type { AugmentConfig } from '../../experiment/experiment.ts';

export type AugmentArgs = AugmentConfig['args'];

/** Training images (NHWC, float32, 0 to 255) with one row of class probabilities for each image. */
export interface LabelledBatch {
  readonly x: tf.Tensor4D;
  readonly y: tf.Tensor2D;
}

/** Random values of one augmentation at one step. */
export interface AugmentDraws {
  /** Returns uniform float32 numbers in [0, 1). Each call returns new ones; the same step repeats them. */
  readonly uniform: (shape: readonly number[]) => tf.Tensor;
  /** The result of `draw`; `null` if the augmentation has none. */
  readonly mixing: readonly [weights: tf.Tensor1D, partners: tf.Tensor1D] | null;
}

/**
 * A random change of training images, applied to a whole batch. To add one, write such a file and list it
 * in `apply.ts`.
 */
export interface AugmentKind {
  readonly kind: string;
  /** Largest number of calls of `uniform` in one `apply`. */
  readonly uniforms: number;
  /** Draws, before the step, how much of another image is mixed into each image, and which one. */
  draw?(count: number, args: AugmentArgs, key: StreamKey): readonly [Float32Array, Int32Array];
  /** Changes a batch. Call it within `tf.tidy`. */
  apply(batch: LabelledBatch, args: AugmentArgs, draws: AugmentDraws): LabelledBatch;
}

/** The axes of NHWC that each direction of the augmentation `flip` may reverse. */
export const flipAxes: Record<string, readonly number[]> = {
  horizontal: [2],
  vertical: [1],
  horizontalAndVertical: [2, 1],
};

/** The axes of NHWC along which an image is mirrored. */
export type Flip = readonly number[];

export const noFlip: Flip = [];

/** Returns all flips that the augmentations can apply, `noFlip` first; `null` if they do more than flip. */
export function possibleFlips(augment: readonly AugmentConfig[]): readonly Flip[] | null {
  const [first, ...more] = augment;
  if (!first) return [noFlip];
  if (first.kind !== 'flip' || more.length > 0) return null;
  const axes = flipAxes[first.args.direction as string] ?? [];
  const flips: Flip[] = [noFlip];
  for (const axis of axes) flips.push(...flips.map((flip) => [...flip, axis]));
  return flips;
}
