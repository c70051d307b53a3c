import type * as tf from '@tensorflow/tfjs';
import { shuffled } from '../../random.ts';
import type { AugmentKind } from './augment.ts';
import { betas } from './beta.ts';
import { rectangleMask } from './rectangle.ts';

/**
 * Puts a rectangle of another picture of the batch into each, and mixes their labels by its area: a part
 * from Beta(alpha, alpha), or less where the edge cuts it off (Yun et al. 2019, arXiv:1905.04899).
 */
export const cutmix: AugmentKind = {
  kind: 'cutmix',
  main: 'alpha',
  defaults: { alpha: 1 },
  uniforms: 2,

  draw: (count, { alpha }, key) => [
    betas(count, alpha as number, [...key, 'part']),
    shuffled(count, [...key, 'partner']),
  ],

  apply({ x, y }, _, { tf, uniform, drawn }) {
    const [count, height, width] = x.shape;
    const [parts, partner] = drawn as NonNullable<typeof drawn>;
    const part = parts.reshape([count, 1]);
    const side = (length: number) => {
      const half = part.sqrt().mul(length / 2);
      const centre = uniform([count, 1]).mul(length);
      return [centre.sub(half).round(), centre.add(half).round()] as const;
    };
    const [[top, bottom], [left, right]] = [side(height), side(width)];
    const inside = rectangleMask(tf, x.shape, { top, left, bottom, right });
    const weight = inside.toFloat().mean([1, 2, 3]).reshape([count, 1]);
    return {
      x: tf.where(inside, x.gather(partner), x),
      y: tf.add<tf.Tensor2D>(y.mul(tf.sub(1, weight)), y.gather(partner).mul(weight)),
    };
  },
};
