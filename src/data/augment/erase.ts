import type * as tfjs from '@tensorflow/tfjs';
import type * as tf from '@tensorflow/tfjs';
import type { AugmentKind } from './augment.ts';

/** One rectangle for each image, `[count, 1]` pixels each; `bottom` and `right` are outside of it. */
export interface Rectangles {
  readonly top: tfjs.Tensor;
  readonly left: tfjs.Tensor;
  readonly bottom: tfjs.Tensor;
  readonly right: tfjs.Tensor;
}

/** Which pixels of images of this shape (NHWC) are in their rectangle: bool, `[count, height, width, 1]`. */
export function rectangleMask(
  tf: typeof tfjs,
  [count, height, width]: readonly [number, number, number, number],
  { top, left, bottom, right }: Rectangles,
): tfjs.Tensor4D {
  const between = (length: number, from: tfjs.Tensor, to: tfjs.Tensor) => {
    const position = tf.range(0, length).reshape([1, length]);
    return position.greaterEqual(from).logicalAnd(position.less(to));
  };
  const rows = between(height, top, bottom).reshape([count, height, 1, 1]);
  const columns = between(width, left, right).reshape([count, 1, width, 1]);
  return rows.logicalAnd(columns);
}

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

/** Narrowest side of the rectangle over its other one, as in the paper. */
const narrowest = 0.3;

/**
 * Fills a random rectangle of some images with noise; at the edge less of it is inside (Zhong et al.
 * 2017, arXiv:1708.04896).
 */
export const randomErasing: AugmentKind = {
  kind: 'randomErasing',
  main: 'probability',
  defaults: { probability: 0.5, minArea: 0.02, maxArea: 0.33 },
  uniforms: 6,

  apply({ x, y }, args, { tf, uniform }) {
    const { probability, minArea, maxArea } = args as Record<string, number>;
    const [count, height, width] = x.shape;
    const between = (low: number, high: number) =>
      uniform([count, 1])
        .mul(high - low)
        .add(low);
    const area = between(minArea as number, maxArea as number);
    const ratio = between(Math.log(narrowest), -Math.log(narrowest)).exp();
    const erased = uniform([count, 1])
      .less(probability as number)
      .toFloat();
    const side = (length: number, part: typeof area) => {
      const own = part.sqrt().mul(length).round().maximum(1).mul(erased);
      const start = uniform([count, 1]).mul(length).floor().sub(own.div(2).floor());
      return [start, start.add(own)] as const;
    };
    const [top, bottom] = side(height, area.mul(ratio));
    const [left, right] = side(width, area.div(ratio));
    const inside = rectangleMask(tf, x.shape, { top, left, bottom, right });
    return { x: tf.where(inside, uniform(x.shape).mul<tf.Tensor4D>(256).floor(), x), y };
  },
};
