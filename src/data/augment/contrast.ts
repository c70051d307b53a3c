import type * as tf from '@tensorflow/tfjs';
import type { AugmentKind } from './augment.ts';

/**
 * Scales each picture's distance from its mean, channel by channel, by a factor between 1 - `factor`
 * and 1 + `factor`, as Keras' `RandomContrast`.
 */
export const contrast: AugmentKind = {
  kind: 'contrast',
  main: 'factor',
  defaults: { factor: 0.2 },
  uniforms: 1,

  apply({ x, y }, args, { tf, uniform }) {
    const factor = args.factor as number;
    const scale = uniform([x.shape[0], 1, 1, 1])
      .mul(2 * factor)
      .add(1 - factor);
    const mean = x.mean([1, 2], true);
    const stretched = x.sub(mean).mul(scale).add<tf.Tensor4D>(mean);
    return { x: tf.clipByValue(stretched, 0, 255), y };
  },
};
