import * as tf from '@tensorflow/tfjs';
import type { AugmentKind } from './augment.ts';

/**
 * A map from output to input positions: the pixel at column `x` and row `y` comes from
 * `(a x + b y + c, d x + e y + f)`. Tensors have the shape `[count]`; numbers hold for all images.
 */
export interface Affine {
  readonly a: tf.Tensor | number;
  readonly b: tf.Tensor | number;
  readonly c: tf.Tensor | number;
  readonly d: tf.Tensor | number;
  readonly e: tf.Tensor | number;
  readonly f: tf.Tensor | number;
}

/**
 * Applies one affine map to each image, with bilinear interpolation. Images are mirrored beyond their
 * edges, as by Keras' `affine_transform` with `fill_mode="reflect"`, the default of its geometric
 * augmentations.
 */
export function affine(x: tf.Tensor4D, map: Affine): tf.Tensor4D {
  const [count, height, width, channels] = x.shape;
  const each = (value: tf.Tensor | number) =>
    typeof value === 'number' ? tf.scalar(value) : value.reshape([count, 1, 1]);
  const columns = tf.range(0, width).reshape([1, 1, width]);
  const rows = tf.range(0, height).reshape([1, height, 1]);
  const from = (a: tf.Tensor | number, b: tf.Tensor | number, c: tf.Tensor | number) =>
    each(a).mul(columns).add(each(b).mul(rows)).add(each(c)).broadcastTo([count, height, width]);
  const across = neighbours(from(map.a, map.b, map.c), width);
  const down = neighbours(from(map.d, map.e, map.f), height);

  const pixels = x.reshape([count * height * width, channels]);
  const first = tf
    .range(0, count, 1, 'int32')
    .mul(tf.scalar(height * width, 'int32'))
    .reshape([count, 1, 1]);
  const at = (row: tf.Tensor, column: tf.Tensor) =>
    pixels.gather(
      first
        .add(row.mul(tf.scalar(width, 'int32')))
        .add(column)
        .toInt(),
    );
  const blend = (one: tf.Tensor, other: tf.Tensor, weight: tf.Tensor) =>
    one.add(other.sub(one).mul(weight.expandDims(3)));
  const above = blend(at(down.low, across.low), at(down.low, across.high), across.weight);
  const below = blend(at(down.high, across.low), at(down.high, across.high), across.weight);
  return blend(above, below, down.weight) as tf.Tensor4D;
}

/** Returns the pixels on both sides of each position, int32, and the weight of the higher one. */
function neighbours(position: tf.Tensor, length: number) {
  const period = 2 * length;
  const within = position.sub(position.div(period).floor().mul(period));
  const mirrored = tf.where(within.greaterEqual(length), tf.sub(period - 1, within), within);
  const inside = mirrored.clipByValue(0, length - 1);
  const floor = inside.floor();
  return {
    low: floor.toInt(),
    high: floor
      .add(1)
      .minimum(length - 1)
      .toInt(),
    weight: inside.sub(floor),
  };
}

/** Rotates each image around its centre by up to ± `factor` of a full turn, as Keras' `RandomRotation`. */
export const rotate: AugmentKind = {
  kind: 'rotate',
  uniforms: 1,

  apply({ x, y }, args, { uniform }) {
    const [count, height, width] = x.shape;
    const [right, bottom] = [width - 1, height - 1];
    const angle = uniform([count])
      .mul(2)
      .sub(1)
      .mul((args.factor as number) * 2 * Math.PI);
    const [cos, sin] = [angle.cos(), angle.sin()];
    // The offsets keep the centre in place.
    const c = tf.sub(right, cos.mul(right).sub(sin.mul(bottom))).div(2);
    const f = tf.sub(bottom, sin.mul(right).add(cos.mul(bottom))).div(2);
    return { x: affine(x, { a: cos, b: sin.neg(), c, d: sin, e: cos, f }), y };
  },
};

/** Shifts each image by up to ± `factor` of its height and width, as Keras' `RandomTranslation`. */
export const translate: AugmentKind = {
  kind: 'translate',
  uniforms: 2,

  apply({ x, y }, args, { uniform }) {
    const [count, height, width] = x.shape;
    const distance = (length: number) =>
      uniform([count])
        .mul(2)
        .sub(1)
        .mul((args.factor as number) * length);
    const f = distance(height);
    return { x: affine(x, { a: 1, b: 0, c: distance(width), d: 0, e: 1, f }), y };
  },
};

/** Zooms each image out or in around its centre by up to `factor`, as Keras' `RandomZoom`. */
export const zoom: AugmentKind = {
  kind: 'zoom',
  uniforms: 1,

  apply({ x, y }, args, { uniform }) {
    const [count, height, width] = x.shape;
    const shown = uniform([count])
      .mul(2)
      .sub(1)
      .mul(args.factor as number)
      .add(1);
    const start = (length: number) => tf.sub(1, shown).mul((length - 1) / 2);
    const map = { a: shown, b: 0, c: start(width), d: 0, e: shown, f: start(height) };
    return { x: affine(x, map), y };
  },
};
