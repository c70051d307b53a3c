import * as tf from '@tensorflow/tfjs';
import type { DataConfig } from '../config/experiment.ts';
import type { StreamKey } from '../random.ts';
import { epochOrder, inBatches } from './order.ts';
import { prefetch } from './prefetch.ts';
import type { Rows } from './rows.ts';

/** What the model takes for one step. */
export interface Examples<Input extends tf.Tensor = tf.Tensor> {
  /** Preprocessed pictures, NHWC, or features of them; float32. */
  readonly x: Input;
  /** One row of class probabilities for each picture: one-hot, but where labels were mixed. */
  readonly y: tf.Tensor2D;
}

/** What a step needs of the process, which is little: `Feed.read` makes the examples of it within the step. */
export interface Batch {
  /** Inputs of a compiled function; rows that the engine holds are among them. */
  readonly inputs: readonly tf.Tensor[];
  /** How many pictures: the batch size, or fewer in the last batch. */
  readonly size: number;
}

/** What training and evaluation take their batches from; each lives until the next one is asked for. */
export interface Feed {
  /** Batches in one pass. */
  readonly count: number;
  /** All pictures in their own order, as they are. */
  inOrder(): AsyncIterable<Batch>;
  /**
   * One epoch of training, in random order and augmented; the same key gives the same batches in any process.
   * @param from the first batch to give: an epoch that was interrupted goes on where it was.
   */
  shuffled(key: StreamKey, from?: number): AsyncIterable<Batch>;
  /** The examples of a batch's inputs, in operations of tfjs alone; call it within `tf.tidy`. */
  read(inputs: readonly tf.Tensor[]): Examples;
  /** Gives back what the engine holds for it. */
  dispose(): Promise<void>;
}

/** How the pictures of a batch come to be seen. */
export interface Sight {
  readonly rows: Rows;
  /** Random draws for these pictures; `null`: as they are. Of the inputs of a step, `changes` are its own. */
  draw(
    indices: Int32Array,
    key: StreamKey | null,
  ): { readonly rows: Int32Array; readonly changes: readonly tf.Tensor[] };
  /** What the model takes of rows, `[pictures, words]`. */
  see(words: tf.Tensor2D, y: tf.Tensor2D, changes: readonly tf.Tensor[]): Examples;
}

export interface BatchesOptions {
  /** Index into the class names, one for each picture. */
  readonly labels: Int32Array;
  readonly classCount: number;
  readonly batchSize: number;
  /** How often `shuffled` takes the pictures of each class. */
  readonly sampling: DataConfig['sampling'];
  readonly sight: Sight;
}

/**
 * Pictures as the batches that training and evaluation consume, prepared while the step before is done; a short last
 * batch is kept.
 */
export class Batches implements Feed {
  readonly count: number;
  readonly #options: BatchesOptions;

  constructor(options: BatchesOptions) {
    this.#options = options;
    this.count = Math.ceil(options.labels.length / options.batchSize);
  }

  inOrder(): AsyncGenerator<Batch> {
    const { labels, batchSize } = this.#options;
    const order = Int32Array.from(labels.keys());
    return prefetch(inBatches(order, batchSize), (indices) => this.#batch(indices, null));
  }

  shuffled(key: StreamKey, from = 0): AsyncGenerator<Batch> {
    const { labels, classCount, batchSize, sampling } = this.#options;
    const order = epochOrder(sampling, { labels, classCount }, key);
    const steps = [...inBatches(order, batchSize).entries()].slice(from);
    return prefetch(steps, ([step, indices]) => this.#batch(indices, [...key, 'augment', step]));
  }

  read([words, at, labels, ...changes]: readonly tf.Tensor[]): Examples {
    const { classCount, sight } = this.#options;
    const y = tf.oneHot(labels as tf.Tensor1D, classCount, 1, 0, 'float32') as tf.Tensor2D;
    return sight.see((words as tf.Tensor2D).gather(at as tf.Tensor1D), y, changes);
  }

  dispose(): Promise<void> {
    return this.#options.sight.rows.dispose();
  }

  async #batch(indices: Int32Array, key: StreamKey | null): Promise<Batch & { dispose(): void }> {
    const { labels, sight } = this.#options;
    const { rows, changes } = sight.draw(indices, key);
    const taken = await sight.rows.take(rows);
    const own = tf.tensor1d(indices.map((index) => labels[index] as number));
    return {
      inputs: [taken.words, taken.at, own, ...changes],
      size: indices.length,
      dispose() {
        taken.dispose();
        tf.dispose([own, ...changes]);
      },
    };
  }
}
