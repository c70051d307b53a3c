import { affine } from './affine.ts';
import type { AugmentKind } from './augment.ts';

/** Turns each picture by up to ± `factor` of a full turn around its middle, as Keras' `RandomRotation`. */
export const rotate: AugmentKind = {
  kind: 'rotate',
  main: 'factor',
  defaults: { factor: 0.05 },
  uniforms: 1,

  apply({ x, y }, args, { tf, uniform }) {
    const [count, height, width] = x.shape;
    const [right, bottom] = [width - 1, height - 1];
    const angle = uniform([count])
      .mul(2)
      .sub(1)
      .mul((args.factor as number) * 2 * Math.PI);
    const [cos, sin] = [angle.cos(), angle.sin()];
    // So that the middle stays where it is.
    const c = tf.sub(right, cos.mul(right).sub(sin.mul(bottom))).div(2);
    const f = tf.sub(bottom, sin.mul(right).add(cos.mul(bottom))).div(2);
    return { x: affine(tf, x, { a: cos, b: sin.neg(), c, d: sin, e: cos, f }), y };
  },
};
