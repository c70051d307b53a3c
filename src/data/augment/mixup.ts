import type * as tf from '@tensorflow/tfjs';
import { type StreamKey, shuffled, uniforms } from '../../random.ts';
import type { AugmentKind } from './augment.ts';

/**
 * Blends each picture and its label with another of the batch by a weight from Beta(alpha, alpha)
 * (Zhang et al. 2017, arXiv:1710.09412), one weight for each picture as in Keras' `MixUp`.
 */
export const mixup: AugmentKind = {
  kind: 'mixup',
  main: 'alpha',
  defaults: { alpha: 0.2 },

  apply({ x, y }, args, { tf, key }) {
    const count = x.shape[0];
    const weight = tf.tensor1d(betas(count, args.alpha as number, [...key, 'weight']));
    const partner = tf.tensor1d(shuffled(count, [...key, 'partner']), 'int32');
    const mix = <T extends tf.Tensor>(values: T, shape: number[]) =>
      tf.add<T>(
        values.mul(weight.reshape(shape)),
        values.gather(partner).mul(tf.sub(1, weight).reshape(shape)),
      );
    return { x: mix(x, [count, 1, 1, 1]), y: mix(y, [count, 1]) };
  },
};

/** Numbers from Beta(alpha, alpha) by Jöhnk's rejection (1964), which suits the small alphas of mixup. */
function betas(count: number, alpha: number, key: StreamKey): Float32Array {
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
