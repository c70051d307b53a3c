import * as tf from '@tensorflow/tfjs';
import { type StreamKey, shuffled, uniforms } from '../../common/random.ts';
import type { AugmentKind } from './augment.ts';
import { rectangleMask } from './erase.ts';

/**
 * Blends each image and its label with another one of the batch, with a weight from Beta(alpha, alpha)
 * for each image (Zhang et al. 2017, arXiv:1710.09412; Keras' `MixUp`).
 */
export const mixup: AugmentKind = {
  kind: 'mixup',
  uniforms: 0,

  draw: (count, { alpha }, key) => [
    betas(count, alpha as number, [...key, 'weight']),
    shuffled(count, [...key, 'partner']),
  ],

  apply({ x, y }, _, { mixing }) {
    const count = x.shape[0];
    const [weight, partner] = mixing as NonNullable<typeof mixing>;
    const mix = <T extends tf.Tensor>(values: T, shape: number[]) =>
      tf.add<T>(
        values.mul(weight.reshape(shape)),
        values.gather(partner).mul(tf.sub(1, weight).reshape(shape)),
      );
    return { x: mix(x, [count, 1, 1, 1]), y: mix(y, [count, 1]) };
  },
};

/**
 * Pastes a rectangle of another image of the batch into each image, and mixes the labels by its area. The
 * area comes from Beta(alpha, alpha) and is smaller where an edge cuts the rectangle off (Yun et al. 2019,
 * arXiv:1905.04899).
 */
export const cutmix: AugmentKind = {
  kind: 'cutmix',
  uniforms: 2,

  draw: (count, { alpha }, key) => [
    betas(count, alpha as number, [...key, 'part']),
    shuffled(count, [...key, 'partner']),
  ],

  apply({ x, y }, _, { uniform, mixing }) {
    const [count, height, width] = x.shape;
    const [parts, partner] = mixing as NonNullable<typeof mixing>;
    const part = parts.reshape([count, 1]);
    const side = (length: number) => {
      const half = part.sqrt().mul(length / 2);
      const centre = uniform([count, 1]).mul(length);
      return [centre.sub(half).round(), centre.add(half).round()] as const;
    };
    const [[top, bottom], [left, right]] = [side(height), side(width)];
    const inside = rectangleMask(x.shape, { top, left, bottom, right });
    const weight = inside.toFloat().mean([1, 2, 3]).reshape([count, 1]);
    return {
      x: tf.where(inside, x.gather(partner), x),
      y: tf.add<tf.Tensor2D>(y.mul(tf.sub(1, weight)), y.gather(partner).mul(weight)),
    };
  },
};

/**
 * Draws from Beta(alpha, alpha) for any positive alpha: the share of the first of two gamma variates. Their logarithms are
 * used, because the variates of a tiny alpha underflow.
 */
export function betas(count: number, alpha: number, key: StreamKey): Float32Array {
  const shape = alpha < 1 ? alpha + 1 : alpha;
  const [first, second] = [1, 2].map((which) => logGammas(count, shape, [...key, which]));
  // A gamma variate of alpha is one of alpha + 1, times u ** (1 / alpha).
  const powers = alpha < 1 ? uniforms(2 * count, [...key, 'power']) : null;
  return Float32Array.from({ length: count }, (_, i) => {
    const boost = powers
      ? (Math.log1p(-(powers[2 * i] as number)) - Math.log1p(-(powers[2 * i + 1] as number))) /
        alpha
      : 0;
    return 1 / (1 + Math.exp((second?.[i] as number) - (first?.[i] as number) - boost));
  });
}

/** A round accepts at least 95 % of its draws, so that a number remains after all rounds once in 10 ** 41 numbers. */
const MAX_ROUNDS = 32;

/**
 * Draws logarithms of gamma variates of a shape of at least 1 (Marsaglia and Tsang 2000, "A simple method for generating
 * gamma variables").
 */
function logGammas(count: number, shape: number, key: StreamKey): Float64Array {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  const logs = new Float64Array(count);
  let missing = Array.from(logs, (_, i) => i);
  for (let round = 0; missing.length > 0 && round < MAX_ROUNDS; round++) {
    const draws = uniforms(3 * missing.length, [...key, round]);
    missing = missing.filter((index, i) => {
      const [u, v, w] = draws.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
      // Box and Muller (1958).
      const normal = Math.sqrt(-2 * Math.log1p(-u)) * Math.cos(2 * Math.PI * v);
      const cube = (1 + c * normal) ** 3;
      const isAccepted =
        cube > 0 && Math.log1p(-w) < normal ** 2 / 2 + d - d * cube + d * Math.log(cube);
      logs[index] = cube > 0 ? Math.log(d) + Math.log(cube) : Math.log(d);
      return !isAccepted;
    });
  }
  return logs;
}
