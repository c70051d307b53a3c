import type { AugmentKind } from './augment.ts';

/**
 * Blackens a square of `size` pixels around a random pixel; at the edge less of it is inside
 * (DeVries and Taylor 2017, arXiv:1708.04552).
 */
export const cutout: AugmentKind = {
  kind: 'cutout',
  main: 'size',
  defaults: { size: 8 },

  apply({ x, y }, args, { tf, uniform }) {
    const size = args.size as number;
    const [count, height, width] = x.shape;
    const within = (length: number) => {
      const start = uniform([count, 1])
        .mul(length)
        .floor()
        .sub(Math.floor(size / 2));
      const position = tf.range(0, length).reshape([1, length]);
      return position.greaterEqual(start).logicalAnd(position.less(start.add(size)));
    };
    const rows = within(height).reshape([count, height, 1, 1]);
    const columns = within(width).reshape([count, 1, width, 1]);
    return { x: tf.where(rows.logicalAnd(columns), tf.zerosLike(x), x), y };
  },
};
