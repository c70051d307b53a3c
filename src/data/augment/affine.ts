import type * as tfjs from '@tensorflow/tfjs';
import type { AugmentKind } from './augment.ts';

/**
 * Where in the input the pixels of the output come from: at column `x` and row `y`,
 * `(a x + b y + c, d x + e y + f)`; tensors of shape `[count]`, or numbers for all images.
 */
export interface Affine {
  readonly a: tfjs.Tensor | number;
  readonly b: tfjs.Tensor | number;
  readonly c: tfjs.Tensor | number;
  readonly d: tfjs.Tensor | number;
  readonly e: tfjs.Tensor | number;
  readonly f: tfjs.Tensor | number;
}

/**
 * Images seen through one affine map each, with bilinear interpolation; beyond the edge they are
 * mirrored. It is what Keras' `affine_transform` does with `fill_mode="reflect"`, the default of its
 * geometric augmentations.
 */
export function affine(tf: typeof tfjs, x: tfjs.Tensor4D, map: Affine): tfjs.Tensor4D {
  const [count, height, width, channels] = x.shape;
  const each = (value: tfjs.Tensor | number) =>
    typeof value === 'number' ? tf.scalar(value) : value.reshape([count, 1, 1]);
  const columns = tf.range(0, width).reshape([1, 1, width]);
  const rows = tf.range(0, height).reshape([1, height, 1]);
  const from = (a: tfjs.Tensor | number, b: tfjs.Tensor | number, c: tfjs.Tensor | number) =>
    each(a).mul(columns).add(each(b).mul(rows)).add(each(c)).broadcastTo([count, height, width]);
  const across = neighbours(tf, from(map.a, map.b, map.c), width);
  const down = neighbours(tf, from(map.d, map.e, map.f), height);

  const pixels = x.reshape([count * height * width, channels]);
  const first = tf
    .range(0, count, 1, 'int32')
    .mul(tf.scalar(height * width, 'int32'))
    .reshape([count, 1, 1]);
  const at = (row: tfjs.Tensor, column: tfjs.Tensor) =>
    pixels.gather(
      first
        .add(row.mul(tf.scalar(width, 'int32')))
        .add(column)
        .toInt(),
    );
  const blend = (one: tfjs.Tensor, other: tfjs.Tensor, weight: tfjs.Tensor) =>
    one.add(other.sub(one).mul(weight.expandDims(3)));
  const above = blend(at(down.low, across.low), at(down.low, across.high), across.weight);
  const below = blend(at(down.high, across.low), at(down.high, across.high), across.weight);
  return blend(above, below, down.weight) as tfjs.Tensor4D;
}

/** The pixels on both sides of each position, int32, and the weight of the higher one. */
function neighbours(tf: typeof tfjs, position: tfjs.Tensor, length: number) {
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

/** Turns each image by up to ± `factor` of a full turn around its middle, as Keras' `RandomRotation`. */
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

/** Moves each image by up to ± `factor` of its height and of its width, as Keras' `RandomTranslation`. */
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

/** Shows up to `factor` more or less of each image, around its middle, as Keras' `RandomZoom`. */
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
