import * as tf from '@tensorflow/tfjs';
import type { AugmentKind } from './augment.ts';

/** One rectangle for each image, in pixels, `[count, 1]`. `bottom` and `right` are exclusive. */
export interface Rectangles {
  readonly top: tf.Tensor;
  readonly left: tf.Tensor;
  readonly bottom: tf.Tensor;
  readonly right: tf.Tensor;
}

/**
 * Returns a mask of the pixels inside each image's rectangle: bool, `[count, height, width, 1]`.
 *
 * @param shape Shape of the images, NHWC.
 */
export function rectangleMask(
  shape: readonly [number, number, number, number],
  { top, left, bottom, right }: Rectangles,
): tf.Tensor4D {
  const [count, height, width] = shape;
  const between = (length: number, from: tf.Tensor, to: tf.Tensor) => {
    const position = tf.range(0, length).reshape([1, length]);
    return position.greaterEqual(from).logicalAnd(position.less(to));
  };
  const rows = between(height, top, bottom).reshape([count, height, 1, 1]);
  const columns = between(width, left, right).reshape([count, 1, width, 1]);
  return rows.logicalAnd(columns);
}

/**
 * Blackens a square of `size` pixels around a random pixel. The square is cut off at the edges (DeVries
 * and Taylor 2017, arXiv:1708.04552).
 */
export const cutout: AugmentKind = {
  kind: 'cutout',
  uniforms: 2,

  apply({ x, y }, args, { uniform }) {
    const size = args.size as number;
    const [count, height, width] = x.shape;
    const start = (length: number) =>
      uniform([count, 1])
        .mul(length)
        .floor()
        .sub(Math.floor(size / 2));
    const [top, left] = [start(height), start(width)];
    const square = rectangleMask(x.shape, {
      top,
      left,
      bottom: top.add(size),
      right: left.add(size),
    });
    return { x: tf.where(square, tf.zerosLike(x), x), y };
  },
};

/** Smallest aspect ratio of the rectangle, as in the paper. */
const MIN_ASPECT_RATIO = 0.3;

/**
 * Fills a random rectangle with noise, in each image with the given probability. The rectangle is cut off
 * at the edges (Zhong et al. 2017, arXiv:1708.04896).
 */
export const randomErasing: AugmentKind = {
  kind: 'randomErasing',
  uniforms: 6,

  apply({ x, y }, args, { uniform }) {
    const { probability, minArea, maxArea } = args as Record<string, number>;
    const [count, height, width] = x.shape;
    const between = (low: number, high: number) =>
      uniform([count, 1])
        .mul(high - low)
        .add(low);
    const area = between(minArea as number, maxArea as number);
    const ratio = between(Math.log(MIN_ASPECT_RATIO), -Math.log(MIN_ASPECT_RATIO)).exp();
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
    const inside = rectangleMask(x.shape, { top, left, bottom, right });
    return { x: tf.where(inside, uniform(x.shape).mul<tf.Tensor4D>(256).floor(), x), y };
  },
};
