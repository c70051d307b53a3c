import type * as tf from '@tensorflow/tfjs';
import { shuffled } from '../../random.ts';
import type { AugmentKind } from './augment.ts';
import { betas } from './beta.ts';

/**
 * Blends each picture and its label with another of the batch by a weight from Beta(alpha, alpha)
 * (Zhang et al. 2017, arXiv:1710.09412), one weight for each picture as in Keras' `MixUp`.
 */
export const mixup: AugmentKind = {
  kind: 'mixup',
  main: 'alpha',
  defaults: { alpha: 0.2 },
  uniforms: 0,

  draw: (count, { alpha }, key) => [
    betas(count, alpha as number, [...key, 'weight']),
    shuffled(count, [...key, 'partner']),
  ],

  apply({ x, y }, _, { tf, drawn }) {
    const count = x.shape[0];
    const [weight, partner] = drawn as NonNullable<typeof drawn>;
    const mix = <T extends tf.Tensor>(values: T, shape: number[]) =>
      tf.add<T>(
        values.mul(weight.reshape(shape)),
        values.gather(partner).mul(tf.sub(1, weight).reshape(shape)),
      );
    return { x: mix(x, [count, 1, 1, 1]), y: mix(y, [count, 1]) };
  },
};
