import * as tf from '@tensorflow/tfjs';
import type { AugmentConfig } from '../../config/experiment.ts';
import { augmentBatch } from '../../data/augment/apply.ts';
import type { Sight } from '../../data/batches.ts';
import { ChainedPixels, type Pixels } from '../../data/pixels.ts';
import { Rows } from '../../data/rows.ts';
import type { View } from '../../data/views.ts';
import type { Engine } from '../../engine/engine.ts';
import { elements } from '../../model/layers/args.ts';
import type { StreamKey } from '../../random.ts';
import { type FeatureFormat, rowBytes } from './rows.ts';

export interface FeatureSightOptions {
  readonly format: FeatureFormat;
  /** Features of all pictures in every view that training may see; the first is of the pictures as they are. */
  readonly views: readonly { readonly view: View; readonly rows: Pixels }[];
  /** How many pictures there are. */
  readonly count: number;
  readonly augment: readonly AugmentConfig[];
  readonly engine: Engine;
}

/** Features in the pictures' place, of the pictures that `pictureSight` would show. */
export function featureSight(options: FeatureSightOptions): Sight {
  const { format, views, count, engine } = options;
  const pixels = new ChainedPixels();
  for (const { rows } of views) pixels.add(rows, count);
  const stride = rowBytes(format);
  return {
    rows: new Rows({ pixels, count: views.length * count, stride, again: true, engine }),
    draw(indices, key) {
      const seen = key && views.length > 1 ? drawViews(options, indices.length, key) : [];
      const rows = indices.map((index, i) => (seen[i] ?? 0) * count + index);
      return { rows, changes: [] };
    },
    see(words, y) {
      const numbers = engine.unpack(words, format.dtype, elements(format.shape));
      return { x: numbers.reshape([words.shape[0], ...format.shape]), y };
    },
  };
}

/**
 * The views in which augmentation shows a batch. It is given pictures of 2 x 2 pixels, each of which holds the
 * number of the view that has it in the first corner.
 */
function drawViews(
  { views, augment, engine }: FeatureSightOptions,
  count: number,
  key: StreamKey,
): ArrayLike<number> {
  const showing = (...axes: number[]) => views.findIndex(({ view }) => `${view}` === `${axes}`);
  return tf.tidy(() => {
    const corners = tf.tensor4d([showing(), showing(2), showing(1), showing(2, 1)], [1, 2, 2, 1]);
    const x = corners.tile<tf.Tensor4D>([count, 1, 1, 1]);
    const shown = augmentBatch({ x, y: tf.zeros([count, 1]) }, augment, engine, key);
    return shown.x.slice([0, 0, 0, 0], [count, 1, 1, 1]).dataSync();
  });
}
