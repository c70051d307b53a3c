import { affine } from './affine.ts';
import type { AugmentKind } from './augment.ts';

/** Moves each picture by up to ± `factor` of its height and of its width, as Keras' `RandomTranslation`. */
export const translate: AugmentKind = {
  kind: 'translate',
  main: 'factor',
  defaults: { factor: 0.1 },
  uniforms: 2,

  apply({ x, y }, args, { tf, uniform }) {
    const [count, height, width] = x.shape;
    const distance = (length: number) =>
      uniform([count])
        .mul(2)
        .sub(1)
        .mul((args.factor as number) * length);
    const f = distance(height);
    return { x: affine(tf, x, { a: 1, b: 0, c: distance(width), d: 0, e: 1, f }), y };
  },
};
