import type * as tf from '@tensorflow/tfjs';
import type { Engine } from '../../engine/engine.ts';
import type { DataConfig } from '../../experiment/experiment.ts';
import { applyAugmentations, drawAugmentations } from '../augment/apply.ts';
import type { Images } from '../dataset.ts';
import type { Pixels } from '../pixels.ts';
import { fitImages, type Normalization, preprocess } from '../preprocess.ts';
import { Batches } from './batches.ts';
import { Rows } from './rows.ts';

/** Images that may be decoded when they are read. */
export interface ReadableImages extends Pick<Images, 'height' | 'width' | 'channels' | 'labels'> {
  readonly pixels: Pick<Pixels, 'read'>;
}

export interface ImageBatchesOptions extends Pick<DataConfig, 'resize' | 'augment' | 'sampling'> {
  readonly images: ReadableImages;
  readonly preprocess: DataConfig['preprocess'] | Normalization;
  readonly classCount: number;
  /** Height, width and channels of the model's input. */
  readonly imageShape: readonly [number, number, number];
  readonly batchSize: number;
  /** Images that are read once need not stay in memory. */
  readonly reused: boolean;
  readonly engine: Engine;
}

/** The batches of images: resized, augmented when they are shuffled, and preprocessed. */
export function imageBatches(options: ImageBatchesOptions): Batches {
  const { images, imageShape, resize, augment, engine, reused } = options;
  const { height, width, channels, pixels, labels } = images;
  const stride = height * width * channels;
  return new Batches({
    ...options,
    labels,
    source: {
      rows: new Rows({ pixels, count: labels.length, stride, reused, engine }),
      draw: (indices, key) => ({
        rows: indices,
        augmentations: key ? drawAugmentations(augment, indices.length, key) : [],
      }),
      decode(packed, y, augmentations) {
        const bytes = engine.unpack(packed, 'uint8', stride);
        const stored = bytes.reshape<tf.Tensor4D>([packed.shape[0], height, width, channels]);
        const plain = { x: fitImages(stored, imageShape, resize), y };
        const batch =
          augmentations.length > 0
            ? applyAugmentations(plain, augment, engine, augmentations)
            : plain;
        return { x: preprocess(batch.x, options.preprocess), y: batch.y };
      },
    },
  });
}
