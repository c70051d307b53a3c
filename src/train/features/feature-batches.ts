import { Float16Array } from '@petamoriken/float16';
import * as tf from '@tensorflow/tfjs';
import type { StreamKey } from '../../common/random.ts';
import { augmentBatch } from '../../data/augment/apply.ts';
import type { Flip } from '../../data/augment/augment.ts';
import { Batches } from '../../data/batches/batches.ts';
import { Rows } from '../../data/batches/rows.ts';
import { ConcatenatedPixels, type Pixels } from '../../data/pixels.ts';
import type { Engine } from '../../engine/engine.ts';
import type { DataConfig, FeaturesConfig } from '../../experiment/experiment.ts';
import type { Shape } from '../../model/graph.ts';
import { elementCount } from '../../model/layers/args.ts';

export interface FeatureBatchesOptions extends Pick<DataConfig, 'augment' | 'sampling'> {
  readonly format: FeatureFormat;
  /** The features of all images in each flip that augmentation can apply; the first one is no flip. */
  readonly flips: readonly { readonly flip: Flip; readonly rows: Pixels }[];
  /** Index into the class names, one for each image. */
  readonly labels: Int32Array;
  readonly classCount: number;
  readonly batchSize: number;
  readonly engine: Engine;
}

/** The batches of features, of the same images in the same flips as `imageBatches`. */
export function featureBatches(options: FeatureBatchesOptions): Batches {
  const { format, flips, labels, engine } = options;
  const count = labels.length;
  const pixels = new ConcatenatedPixels();
  for (const { rows } of flips) pixels.add(rows, count);
  const stride = rowBytes(format);
  return new Batches({
    ...options,
    source: {
      rows: new Rows({ pixels, count: flips.length * count, stride, reused: true, engine }),
      draw(indices, key) {
        const drawn = key && flips.length > 1 ? drawFlips(options, indices.length, key) : [];
        const rows = indices.map((index, i) => (drawn[i] ?? 0) * count + index);
        return { rows, augmentations: [] };
      },
      decode(packed, y) {
        const numbers = engine.unpack(packed, format.dtype, elementCount(format.shape));
        return { x: numbers.reshape([packed.shape[0], ...format.shape]), y };
      },
    },
  });
}

/**
 * Draws the index of each image's flip. It augments images of 2 x 2 pixels in which each pixel is the index
 * of the flip that moves it to the first corner.
 */
function drawFlips(
  { flips, augment, engine }: FeatureBatchesOptions,
  count: number,
  key: StreamKey,
): ArrayLike<number> {
  const indexOf = (...axes: number[]) => flips.findIndex(({ flip }) => `${flip}` === `${axes}`);
  return tf.tidy(() => {
    const corners = tf.tensor4d([indexOf(), indexOf(2), indexOf(1), indexOf(2, 1)], [1, 2, 2, 1]);
    const x = corners.tile<tf.Tensor4D>([count, 1, 1, 1]);
    const flipped = augmentBatch({ x, y: tf.zeros([count, 1]) }, augment, engine, key);
    return flipped.x.slice([0, 0, 0, 0], [count, 1, 1, 1]).dataSync();
  });
}

/** The format of stored features: rows of little-endian numbers, one row for each image. */
export interface FeatureFormat {
  /** Shape of the features of one image. */
  readonly shape: Shape;
  readonly dtype: FeaturesConfig['dtype'];
}

const NUMBER_BYTES = { float32: 4, float16: 2 };

export function rowBytes({ shape, dtype }: FeatureFormat): number {
  return elementCount(shape) * NUMBER_BYTES[dtype];
}

export function toBytes(values: Float32Array, { dtype }: FeatureFormat): Uint8Array {
  const { buffer, byteOffset, byteLength } = values;
  if (dtype === 'float32') return new Uint8Array(buffer, byteOffset, byteLength);
  return new Uint8Array(new Float16Array(values).buffer);
}
