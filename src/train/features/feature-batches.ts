import * as tf from '@tensorflow/tfjs';
import type { DataConfig } from '../../config/experiment.ts';
import { augmentBatch } from '../../data/augment/apply.ts';
import type { Batch } from '../../data/batches.ts';
import { epochOrder, inBatches } from '../../data/order.ts';
import type { Pixels } from '../../data/pixels.ts';
import type { View } from '../../data/views.ts';
import type { Engine } from '../../engine/engine.ts';
import type { StreamKey } from '../../random.ts';
import type { Feed } from '../feed.ts';
import { type FeatureFormat, toTensor } from './rows.ts';

/** Features of pictures in every view that training may see. */
export interface Features extends FeatureFormat {
  readonly views: readonly { readonly view: View; readonly rows: Pixels }[];
  /** Index into the class names, one for each picture. */
  readonly labels: Int32Array;
}

export interface FeatureBatchesOptions {
  readonly features: Features;
  readonly classCount: number;
  readonly batchSize: number;
  readonly data: Pick<DataConfig, 'sampling' | 'augment'>;
  readonly engine: Engine;
}

/** Features as the batches that a tail consumes: those of the pictures that `Batches` would give. */
export class FeatureBatches implements Feed {
  readonly count: number;
  readonly #options: FeatureBatchesOptions;

  constructor(options: FeatureBatchesOptions) {
    this.#options = options;
    this.count = Math.ceil(options.features.labels.length / options.batchSize);
  }

  *inOrder(): Generator<Batch> {
    const { features, batchSize } = this.#options;
    const order = Int32Array.from(features.labels, (_, i) => i);
    for (const indices of inBatches(order, batchSize))
      yield this.#batch(indices, new Int32Array(indices.length));
  }

  *shuffled(key: StreamKey, from = 0): Generator<Batch> {
    const { features, classCount, batchSize, data } = this.#options;
    const order = epochOrder(data.sampling, { labels: features.labels, classCount }, key);
    for (const [step, indices] of inBatches(order, batchSize).entries()) {
      if (step < from) continue;
      yield this.#batch(indices, this.#draw(indices.length, [...key, 'augment', step]));
    }
  }

  /**
   * The views in which augmentation shows a batch. It is given pictures of 2 x 2 pixels, each of which
   * holds the number of the view that has it in the first corner.
   */
  #draw(count: number, key: StreamKey): ArrayLike<number> {
    const { features, data, engine } = this.#options;
    if (features.views.length === 1) return new Int32Array(count);
    const showing = (...axes: number[]) =>
      features.views.findIndex(({ view }) => `${view}` === `${axes}`);
    return tf.tidy(() => {
      const corners = tf.tensor4d([showing(), showing(2), showing(1), showing(2, 1)], [1, 2, 2, 1]);
      const x = corners.tile<tf.Tensor4D>([count, 1, 1, 1]);
      const shown = augmentBatch({ x, y: tf.zeros([count, 1]) }, data.augment, engine, key);
      return shown.x.slice([0, 0, 0, 0], [count, 1, 1, 1]).dataSync();
    });
  }

  #batch(indices: Int32Array, views: ArrayLike<number>): Batch {
    const { features, classCount } = this.#options;
    const labels = new Float32Array(indices.length * classCount);
    const rows = Array.from(indices, (index, row) => {
      labels[row * classCount + (features.labels[index] as number)] = 1;
      return (features.views[views[row] as number] as Features['views'][number]).rows.of(index);
    });
    return {
      x: toTensor(rows, features),
      y: tf.tensor2d(labels, [indices.length, classCount]),
      size: indices.length,
    };
  }
}
