import type * as tf from '@tensorflow/tfjs';
import type { AugmentKind } from './augment.ts';
import { rectangleMask } from './rectangle.ts';

/** Narrowest side of the rectangle over its other one, as in the paper. */
const narrowest = 0.3;

/**
 * Fills a random rectangle of some pictures with noise; at the edge less of it is inside (Zhong et al.
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
