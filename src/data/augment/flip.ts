import type { AugmentKind } from './augment.ts';

/** Axes of NHWC that each direction reverses. */
export const flipAxes: Record<string, readonly number[]> = {
  horizontal: [2],
  vertical: [1],
  horizontalAndVertical: [2, 1],
};

/** Mirrors every other picture, in each direction independently, as Keras' `RandomFlip`. */
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
