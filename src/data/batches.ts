import * as tf from '@tensorflow/tfjs';
import type { AugmentConfig, DataConfig } from '../config/experiment.ts';
import type { Engine } from '../engine/engine.ts';
import type { StreamKey } from '../random.ts';
import { augmentBatch } from './augment/apply.ts';
import type { LabelledBatch } from './augment/augment.ts';
import type { Pictures } from './dataset.ts';
import { fitPictures } from './fit.ts';
import { epochOrder, inBatches } from './order.ts';
import { preprocess } from './preprocess.ts';

/** What the model takes for one step; whoever receives it disposes `x` and `y`. */
export interface Batch<Input extends tf.Tensor = tf.Tensor> {
  /** Preprocessed pictures, NHWC, or features of them; float32. */
  readonly x: Input;
  /** One row of class probabilities for each picture: one-hot, but where labels were mixed. */
  readonly y: tf.Tensor2D;
  /** How many pictures: the batch size, or fewer in the last batch. */
  readonly size: number;
}

export interface BatchesOptions {
  readonly pictures: Pictures;
  readonly classCount: number;
  readonly batchSize: number;
  /** Height, width, channels that the model takes. */
  readonly imageShape: readonly [number, number, number];
  readonly preprocess: DataConfig['preprocess'];
  /** How often `shuffled` takes the pictures of each class. */
  readonly sampling: DataConfig['sampling'];
  /** Random changes that `shuffled` makes. */
  readonly augment: readonly AugmentConfig[];
  readonly engine: Engine;
}

/** Pictures as the batches that training and evaluation consume; a short last batch is kept. */
export class Batches {
  /** Batches in one pass. */
  readonly count: number;
  readonly #options: BatchesOptions;

  constructor(options: BatchesOptions) {
    this.#options = options;
    this.count = Math.ceil(options.pictures.labels.length / options.batchSize);
  }

  /** All pictures in their own order, without augmentation: for evaluation. */
  *inOrder(): Generator<Batch<tf.Tensor4D>> {
    const order = Int32Array.from(this.#options.pictures.labels, (_, i) => i);
    for (const indices of inBatches(order, this.#options.batchSize))
      yield this.#batch(indices, (pictures) => pictures);
  }

  /**
   * One epoch of training: pictures in random order, augmented. The same key gives the same batches in
   * any process.
   */
  *shuffled(key: StreamKey, from = 0): Generator<Batch<tf.Tensor4D>> {
    const { pictures, classCount, batchSize, sampling, augment, engine } = this.#options;
    const order = epochOrder(sampling, { labels: pictures.labels, classCount }, key);
    for (const [step, indices] of inBatches(order, batchSize).entries()) {
      if (step < from) continue;
      yield this.#batch(indices, (batch) =>
        augmentBatch(batch, augment, engine, [...key, 'augment', step]),
      );
    }
  }

  #batch(indices: Int32Array, change: (batch: LabelledBatch) => LabelledBatch): Batch<tf.Tensor4D> {
    const { x, y } = tf.tidy(() => {
      const changed = change(this.#gather(indices));
      return { x: preprocess(changed.x, this.#options.preprocess), y: changed.y };
    });
    return { x, y, size: indices.length };
  }

  #gather(indices: Int32Array): LabelledBatch {
    const { pictures, classCount, imageShape } = this.#options;
    const { height, width, channels } = pictures;
    const stride = height * width * channels;
    const values = new Float32Array(indices.length * stride);
    const labels = new Float32Array(indices.length * classCount);
    indices.forEach((index, row) => {
      values.set(pictures.pixels.of(index), row * stride);
      labels[row * classCount + (pictures.labels[index] as number)] = 1;
    });
    return {
      x: fitPictures(tf.tensor4d(values, [indices.length, height, width, channels]), imageShape),
      y: tf.tensor2d(labels, [indices.length, classCount]),
    };
  }
}
