import type * as tf from '@tensorflow/tfjs';
import type { AugmentConfig, DataConfig } from '../config/experiment.ts';
import type { Engine } from '../engine/engine.ts';
import { applyChanges, drawChanges } from './augment/apply.ts';
import type { Sight } from './batches.ts';
import type { Pictures } from './dataset.ts';
import { fitPictures } from './fit.ts';
import { preprocess } from './preprocess.ts';
import { Rows } from './rows.ts';

export interface PictureSightOptions {
  readonly pictures: Pictures;
  /** Height, width, channels that the model takes. */
  readonly imageShape: readonly [number, number, number];
  readonly preprocess: DataConfig['preprocess'];
  /** Random changes of training pictures. */
  readonly augment: readonly AugmentConfig[];
  readonly engine: Engine;
  /** Whether the pictures are gone through more than once. */
  readonly again: boolean;
}

/** Pictures as they are for evaluation, augmented for training. */
export function pictureSight(options: PictureSightOptions): Sight {
  const { pictures, imageShape, augment, engine, again } = options;
  const { height, width, channels, pixels, labels } = pictures;
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
      const plain = { x: fitPictures(shown, imageShape), y };
      const changed = changes.length > 0 ? applyChanges(plain, augment, engine, changes) : plain;
      return { x: preprocess(changed.x, options.preprocess), y: changed.y };
    },
  };
}
