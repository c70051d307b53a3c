import type { AugmentKind } from './augment.ts';
import { rectangleMask } from './rectangle.ts';

/**
 * Blackens a square of `size` pixels around a random pixel; at the edge less of it is inside
 * (DeVries and Taylor 2017, arXiv:1708.04552).
 */
export const cutout: AugmentKind = {
  kind: 'cutout',
  main: 'size',
  defaults: { size: 8 },
  uniforms: 2,

  apply({ x, y }, args, { tf, uniform }) {
    const size = args.size as number;
    const [count, height, width] = x.shape;
    const start = (length: number) =>
      uniform([count, 1])
        .mul(length)
        .floor()
        .sub(Math.floor(size / 2));
    const [top, left] = [start(height), start(width)];
    const square = rectangleMask(tf, x.shape, {
      top,
      left,
      bottom: top.add(size),
      right: left.add(size),
    });
    return { x: tf.where(square, tf.zerosLike(x), x), y };
  },
};
