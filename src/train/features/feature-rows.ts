import { Float16Array } from '@petamoriken/float16';
import * as tf from '@tensorflow/tfjs';
import type { StreamKey } from '../../common/random.ts';
import { augmentBatch } from '../../data/augment/apply.ts';
import type { Flip as View } from '../../data/augment/augment.ts';
import type { BatchSource } from '../../data/batches/batches.ts';
import { Rows } from '../../data/batches/rows.ts';
import { ConcatenatedPixels, type Pixels } from '../../data/pixels.ts';
import type { Engine } from '../../engine/engine.ts';
import type { AugmentConfig, FeaturesConfig } from '../../experiment/experiment.ts';
import type { Shape } from '../../model/graph.ts';
import { elements } from '../../model/layers/args.ts';

export interface FeatureSightOptions {
  readonly format: FeatureFormat;
  /** Features of all images in every view that training may see; the first is of the images as they are. */
  readonly views: readonly { readonly view: View; readonly rows: Pixels }[];
  /** How many images there are. */
  readonly count: number;
  readonly augment: readonly AugmentConfig[];
  readonly engine: Engine;
}

/** Features in the images' place, of the images that `imageSight` would show. */
export function featureSight(options: FeatureSightOptions): BatchSource {
  const { format, views, count, engine } = options;
  const pixels = new ConcatenatedPixels();
  for (const { rows } of views) pixels.add(rows, count);
  const stride = rowBytes(format);
  return {
    rows: new Rows({ pixels, count: views.length * count, stride, reused: true, engine }),
    draw(indices, key) {
      const seen = key && views.length > 1 ? drawViews(options, indices.length, key) : [];
      const rows = indices.map((index, i) => (seen[i] ?? 0) * count + index);
      return { rows, augmentations: [] };
    },
    decode(words, y) {
      const numbers = engine.unpack(words, format.dtype, elements(format.shape));
      return { x: numbers.reshape([words.shape[0], ...format.shape]), y };
    },
  };
}

/**
 * The views in which augmentation shows a batch. It is given images of 2 x 2 pixels, each of which holds the
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

/** How features are kept: rows of little-endian numbers, one for each image. */
export interface FeatureFormat {
  /** Of one image's. */
  readonly shape: Shape;
  readonly dtype: FeaturesConfig['dtype'];
}

const numberBytes = { float32: 4, float16: 2 };

export function rowBytes({ shape, dtype }: FeatureFormat): number {
  return elements(shape) * numberBytes[dtype];
}

export function toBytes(values: Float32Array, { dtype }: FeatureFormat): Uint8Array {
  const { buffer, byteOffset, byteLength } = values;
  if (dtype === 'float32') return new Uint8Array(buffer, byteOffset, byteLength);
  return new Uint8Array(new Float16Array(values).buffer);
}
