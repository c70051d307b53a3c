import type * as tf from '@tensorflow/tfjs';
import type { AugmentKind } from './augment.ts';

/** Adds up to ± `factor` of the full range to each picture, as Keras' `RandomBrightness`. */
export const brightness: AugmentKind = {
  kind: 'brightness',
  main: 'factor',
  defaults: { factor: 0.2 },
  uniforms: 1,

  apply({ x, y }, args, { tf, uniform }) {
    const factor = args.factor as number;
    const change = uniform([x.shape[0], 1, 1, 1])
      .mul(2)
      .sub(1)
      .mul(factor * 255);
    return { x: tf.clipByValue(x.add<tf.Tensor4D>(change), 0, 255), y };
  },
};
