import type * as tf from '@tensorflow/tfjs';
import type { AugmentKind } from './augment.ts';

/**
 * Surrounds each image with `padding` black pixels and cuts its own size out at a random place: the
 * usual augmentation of CIFAR (He et al. 2015, section 4.2).
 */
export const crop: AugmentKind = {
  kind: 'crop',
  main: 'padding',
  defaults: { padding: 4 },
  uniforms: 1,

  apply({ x, y }, args, { tf, uniform }) {
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
    // Whole-pixel boxes: `nearest` copies pixels as they are, without interpolation.
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

/** Axes of NHWC that each direction reverses. */
export const flipAxes: Record<string, readonly number[]> = {
  horizontal: [2],
  vertical: [1],
  horizontalAndVertical: [2, 1],
};

/** Mirrors every other image, in each direction independently, as Keras' `RandomFlip`. */
export const flip: AugmentKind = {
  kind: 'flip',
  main: 'direction',
  defaults: { direction: 'horizontal' },
  uniforms: 2,

  apply({ x, y }, { direction }, { tf, uniform }) {
    let flipped = x;
    for (const axis of flipAxes[direction as string] ?? []) {
      const chosen = uniform([x.shape[0], 1, 1, 1]).less(0.5);
      flipped = tf.where(chosen, flipped.reverse(axis), flipped);
    }
    return { x: flipped, y };
  },
};
