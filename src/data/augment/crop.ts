import * as tf from '@tensorflow/tfjs';
import { type AugmentKind, flipAxes } from './augment.ts';

/**
 * Pads each image with `padding` black pixels and crops it to its size at a random position: the usual
 * augmentation of CIFAR (He et al. 2015, section 4.2).
 */
export const crop: AugmentKind = {
  kind: 'crop',
  uniforms: 1,

  apply({ x, y }, args, { uniform }) {
    const padding = args.padding as number;
    const [count, height, width] = x.shape;
    const padded: tf.Tensor4D = x.pad([
      [0, 0],
      [padding, padding],
      [padding, padding],
      [0, 0],
    ]);
    const offset = uniform([count, 2])
      .mul(2 * padding + 1)
      .floor();
    const corners = tf.concat([offset, offset.add([height - 1, width - 1])], 1);
    const [bottom, right] = [height + 2 * padding - 1, width + 2 * padding - 1];
    const boxes = corners.div<tf.Tensor2D>([bottom, right, bottom, right]);
    // The boxes are whole pixels, so `nearest` copies pixels without interpolation.
    const cropped = tf.image.cropAndResize(
      padded,
      boxes,
      tf.range(0, count, 1, 'int32'),
      [height, width],
      'nearest',
    );
    return { x: cropped, y };
  },
};

/** Mirrors each image with probability 1/2, independently in each direction, as Keras' `RandomFlip`. */
export const flip: AugmentKind = {
  kind: 'flip',
  uniforms: 2,

  apply({ x, y }, { direction }, { uniform }) {
    let flipped = x;
    for (const axis of flipAxes[direction as string] ?? []) {
      const chosen = uniform([x.shape[0], 1, 1, 1]).less(0.5);
      flipped = tf.where(chosen, flipped.reverse(axis), flipped);
    }
    return { x: flipped, y };
  },
};
