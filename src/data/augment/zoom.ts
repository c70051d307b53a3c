import { affine } from './affine.ts';
import type { AugmentKind } from './augment.ts';

/** Shows up to `factor` more or less of each picture, around its middle, as Keras' `RandomZoom`. */
export const zoom: AugmentKind = {
  kind: 'zoom',
  main: 'factor',
  defaults: { factor: 0.2 },
  uniforms: 1,

  apply({ x, y }, args, { tf, uniform }) {
    const [count, height, width] = x.shape;
    const shown = uniform([count])
      .mul(2)
      .sub(1)
      .mul(args.factor as number)
      .add(1);
    const start = (length: number) => tf.sub(1, shown).mul((length - 1) / 2);
    const map = { a: shown, b: 0, c: start(width), d: 0, e: shown, f: start(height) };
    return { x: affine(tf, x, map), y };
  },
};
