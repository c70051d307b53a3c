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

/** Draws from Beta(alpha, alpha) by Jöhnk's rejection (1964), which suits the small alphas of mixing. */
export function betas(count: number, alpha: number, key: StreamKey): Float32Array {
  const accepted: number[] = [];
  for (let round = 0; accepted.length < count; round++) {
    const draws = uniforms(2 * count, [...key, round]).map((u) => u ** (1 / alpha));
    for (let i = 0; i < count; i++) {
      const [a, b] = [draws[2 * i] as number, draws[2 * i + 1] as number];
      if (a + b > 0 && a + b <= 1) accepted.push(a / (a + b));
    }
  }
  return Float32Array.from(accepted.slice(0, count));
}
