import type * as tf from '@tensorflow/tfjs';
import type { Engine } from '../../engine/engine.ts';
import type { AugmentConfig, DataConfig } from '../../experiment/experiment.ts';
import { applyChanges, drawChanges } from '../augment/apply.ts';
import { flipAxes } from '../augment/crop.ts';
import type { Images } from '../dataset.ts';
import { fitImages, preprocess } from '../preprocess.ts';
import { Rows } from '../rows.ts';
import type { Sight } from './batches.ts';

export interface ImageSightOptions {
  readonly images: Images;
  /** Height, width, channels that the model takes. */
  readonly imageShape: readonly [number, number, number];
  readonly preprocess: DataConfig['preprocess'];
  /** Random changes of training images. */
  readonly augment: readonly AugmentConfig[];
  readonly engine: Engine;
  /** Whether the images are gone through more than once. */
  readonly again: boolean;
}

/** Images as they are for evaluation, augmented for training. */
export function imageSight(options: ImageSightOptions): Sight {
  const { images, imageShape, augment, engine, again } = options;
  const { height, width, channels, pixels, labels } = images;
  const stride = height * width * channels;
  return {
    rows: new Rows({ pixels, count: labels.length, stride, again, engine }),
    draw: (indices, key) => ({
      rows: indices,
      changes: key ? drawChanges(augment, indices.length, key) : [],
    }),
    see(words, y, changes) {
      const [count] = words.shape;
      const stored = engine.unpack(words, 'uint8', stride);
      const shown = stored.reshape<tf.Tensor4D>([count, height, width, channels]);
      const plain = { x: fitImages(shown, imageShape), y };
      const changed = changes.length > 0 ? applyChanges(plain, augment, engine, changes) : plain;
      return { x: preprocess(changed.x, options.preprocess), y: changed.y };
    },
  };
}

/** A way to see a image: the axes of NHWC along which it is mirrored. */
export type View = readonly number[];

export const asItIs: View = [];

/** All views that random changes may give a image, itself first; `null` where they are without number. */
export function viewsOf(augment: readonly AugmentConfig[]): readonly View[] | null {
  const [first, ...more] = augment;
  if (!first) return [asItIs];
  if (first.kind !== 'flip' || more.length > 0) return null;
  const axes = flipAxes[first.args.direction as string] ?? [];
  const views: View[] = [asItIs];
  for (const axis of axes) views.push(...views.map((view) => [...view, axis]));
  return views;
}
