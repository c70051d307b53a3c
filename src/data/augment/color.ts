import * as tf from '@tensorflow/tfjs';
import type { AugmentKind } from './augment.ts';

/** Brightens or darkens each image by up to `factor` of the full range, as Keras' `RandomBrightness`. */
export const brightness: AugmentKind = {
  kind: 'brightness',
  uniforms: 1,

  apply({ x, y }, args, { uniform }) {
    const factor = args.factor as number;
    const change = uniform([x.shape[0], 1, 1, 1])
      .mul(2)
      .sub(1)
      .mul(factor * 255);
    return { x: tf.clipByValue(x.add<tf.Tensor4D>(change), 0, 255), y };
  },
};

/**
 * Scales each channel's distance from its mean by a factor between 1 - `factor` and 1 + `factor`, as
 * Keras' `RandomContrast`.
 */
export const contrast: AugmentKind = {
  kind: 'contrast',
  uniforms: 1,

  apply({ x, y }, args, { uniform }) {
    const factor = args.factor as number;
    const scale = uniform([x.shape[0], 1, 1, 1])
      .mul(2 * factor)
      .add(1 - factor);
    const mean = x.mean([1, 2], true);
    const stretched = x.sub(mean).mul(scale).add<tf.Tensor4D>(mean);
    return { x: tf.clipByValue(stretched, 0, 255), y };
  },
};

/** Weights of red, green and blue in the luminance (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114];

/**
 * Scales brightness, contrast and saturation of each image by factors of up to 1 ± the argument, and
 * shifts its hue by up to ± `hue` of the colour circle, as torchvision's `ColorJitter` but always in this
 * order. Greyscale images have no saturation and no hue.
 */
export const colorJitter: AugmentKind = {
  kind: 'colorJitter',
  uniforms: 4,

  apply({ x, y }, args, { uniform }) {
    const { brightness, contrast, saturation, hue } = args as {
      readonly [name in 'brightness' | 'contrast' | 'saturation' | 'hue']: number;
    };
    const [count, , , channels] = x.shape;
    const around = (centre: number, range: number) =>
      uniform([count, 1, 1, 1]).mul(2).sub(1).mul(range).add(centre);
    const clip = (images: tf.Tensor) => tf.clipByValue(images as tf.Tensor4D, 0, 255);
    const blend = (images: tf.Tensor, other: tf.Tensor, factor: tf.Tensor) =>
      clip(images.sub(other).mul(factor).add(other));
    const grey = (images: tf.Tensor) => (channels === 3 ? images.mul(LUMA).sum(3, true) : images);

    const bright = clip(x.mul(around(1, brightness)));
    const contrasted = blend(bright, grey(bright).mean([1, 2, 3], true), around(1, contrast));
    if (channels !== 3) return { x: contrasted, y };
    const saturated = blend(contrasted, grey(contrasted), around(1, saturation));
    return { x: shiftHue(saturated, around(0, hue)), y };
  },
};

/** @param shift Fraction of the colour circle for each image, `[count, 1, 1, 1]`. */
function shiftHue(x: tf.Tensor4D, shift: tf.Tensor): tf.Tensor4D {
  const [red, green, blue] = tf.split(x, 3, 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const value = x.max(3, true);
  const chroma = value.sub(x.min(3, true));
  const divisor = chroma.maximum(1e-6);
  // The hue in sixths of the colour circle, from red.
  const sector = tf.where(
    value.equal(red),
    green.sub(blue).div(divisor),
    tf.where(
      value.equal(green),
      blue.sub(red).div(divisor).add(2),
      red.sub(green).div(divisor).add(4),
    ),
  );
  const shifted = sector.add(shift.mul(6));
  // From each channel, up to the chroma is subtracted, in proportion to its distance from the hue.
  const channels = [5, 3, 1].map((offset) => {
    const position = shifted.add(offset);
    const k = position.sub(position.div(6).floor().mul(6));
    return value.sub(chroma.mul(k.minimum(tf.sub(4, k)).clipByValue(0, 1)));
  });
  return tf.concat(channels, 3) as tf.Tensor4D;
}
