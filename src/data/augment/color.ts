import type * as tf from '@tensorflow/tfjs';
import type * as tfjs from '@tensorflow/tfjs';
import type { AugmentKind } from './augment.ts';

/** Adds up to ± `factor` of the full range to each image, as Keras' `RandomBrightness`. */
export const brightness: AugmentKind = {
  kind: 'brightness',
  main: 'factor',
  defaults: { factor: 0.2 },
  uniforms: 1,

  apply({ x, y }, args, { tf, uniform }) {
    const factor = args.factor as number;
    const change = uniform([x.shape[0], 1, 1, 1])
      .mul(2)
      .sub(1)
      .mul(factor * 255);
    return { x: tf.clipByValue(x.add<tf.Tensor4D>(change), 0, 255), y };
  },
};

/**
 * Scales each image's distance from its mean, channel by channel, by a factor between 1 - `factor`
 * and 1 + `factor`, as Keras' `RandomContrast`.
 */
export const contrast: AugmentKind = {
  kind: 'contrast',
  main: 'factor',
  defaults: { factor: 0.2 },
  uniforms: 1,

  apply({ x, y }, args, { tf, uniform }) {
    const factor = args.factor as number;
    const scale = uniform([x.shape[0], 1, 1, 1])
      .mul(2 * factor)
      .add(1 - factor);
    const mean = x.mean([1, 2], true);
    const stretched = x.sub(mean).mul(scale).add<tf.Tensor4D>(mean);
    return { x: tf.clipByValue(stretched, 0, 255), y };
  },
};

/** Parts of red, green and blue in brightness (ITU-R BT.601). */
const luma = [0.299, 0.587, 0.114];

/**
 * Changes brightness, contrast and saturation of each image by factors up to 1 ± theirs, and turns its
 * hues by up to ± `hue` of the colour circle, as torchvision's `ColorJitter`, but always in this order.
 * Grey images have neither saturation nor hue.
 */
export const colorJitter: AugmentKind = {
  kind: 'colorJitter',
  main: 'brightness',
  defaults: { brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.05 },
  uniforms: 4,

  apply({ x, y }, args, { tf, uniform }) {
    const { brightness, contrast, saturation, hue } = args as Record<string, number>;
    const [count, , , channels] = x.shape;
    const around = (middle: number, reach: number | undefined) =>
      uniform([count, 1, 1, 1])
        .mul(2)
        .sub(1)
        .mul(reach ?? 0)
        .add(middle);
    const clip = (images: tfjs.Tensor) => tf.clipByValue(images as tfjs.Tensor4D, 0, 255);
    const blend = (images: tfjs.Tensor, other: tfjs.Tensor, factor: tfjs.Tensor) =>
      clip(images.sub(other).mul(factor).add(other));
    const grey = (images: tfjs.Tensor) => (channels === 3 ? images.mul(luma).sum(3, true) : images);

    const lighter = clip(x.mul(around(1, brightness)));
    const harder = blend(lighter, grey(lighter).mean([1, 2, 3], true), around(1, contrast));
    if (channels !== 3) return { x: harder, y };
    const richer = blend(harder, grey(harder), around(1, saturation));
    return { x: turnHue(tf, richer, around(0, hue)), y };
  },
};

/** @param turn Part of the colour circle for each image, `[count, 1, 1, 1]`. */
function turnHue(tf: typeof tfjs, x: tfjs.Tensor4D, turn: tfjs.Tensor): tfjs.Tensor4D {
  const [red, green, blue] = tf.split(x, 3, 3) as [tfjs.Tensor, tfjs.Tensor, tfjs.Tensor];
  const value = x.max(3, true);
  const chroma = value.sub(x.min(3, true));
  const within = chroma.maximum(1e-6);
  // Sixths of the colour circle, from red.
  const sector = tf.where(
    value.equal(red),
    green.sub(blue).div(within),
    tf.where(
      value.equal(green),
      blue.sub(red).div(within).add(2),
      red.sub(green).div(within).add(4),
    ),
  );
  const turned = sector.add(turn.mul(6));
  // Each channel falls from the value by the chroma as the hue leaves its third of the circle.
  const channels = [5, 3, 1].map((offset) => {
    const place = turned.add(offset);
    const k = place.sub(place.div(6).floor().mul(6));
    return value.sub(chroma.mul(k.minimum(tf.sub(4, k)).clipByValue(0, 1)));
  });
  return tf.concat(channels, 3) as tfjs.Tensor4D;
}
