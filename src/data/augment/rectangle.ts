import type * as tfjs from '@tensorflow/tfjs';

/** One rectangle for each picture, `[count, 1]` pixels each; `bottom` and `right` are outside of it. */
export interface Rectangles {
  readonly top: tfjs.Tensor;
  readonly left: tfjs.Tensor;
  readonly bottom: tfjs.Tensor;
  readonly right: tfjs.Tensor;
}

/** Which pixels of pictures of this shape (NHWC) are in their rectangle: bool, `[count, height, width, 1]`. */
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
