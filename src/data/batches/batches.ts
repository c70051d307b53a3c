import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import type { StreamKey } from '../../common/random.ts';
import type { DataConfig } from '../../experiment/experiment.ts';
import type { Rows } from '../rows.ts';
import { epochOrder, inBatches } from './order.ts';

/** What the model takes for one step. */
export interface Examples<Input extends tf.Tensor = tf.Tensor> {
  /** Preprocessed images, NHWC, or features of them; float32. */
  readonly x: Input;
  /** One row of class probabilities for each image: one-hot, but where labels were mixed. */
  readonly y: tf.Tensor2D;
}

/** What a step needs of the process, which is little: `Feed.read` makes the examples of it within the step. */
export interface Batch {
  /** Inputs of a compiled function; rows that the engine holds are among them. */
  readonly inputs: readonly tf.Tensor[];
  /** How many images: the batch size, or fewer in the last batch. */
  readonly size: number;
}

/** What training and evaluation take their batches from; each lives until the next one is asked for. */
export interface Feed {
  /** Batches in one pass. */
  readonly count: number;
  /** All images in their own order, as they are. */
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

/** How the images of a batch come to be seen. */
export interface Sight {
  readonly rows: Rows;
  /** Random draws for these images; `null`: as they are. Of the inputs of a step, `changes` are its own. */
  draw(
    indices: Int32Array,
    key: StreamKey | null,
  ): { readonly rows: Int32Array; readonly changes: readonly tf.Tensor[] };
  /** What the model takes of rows, `[images, words]`. */
  see(words: tf.Tensor2D, y: tf.Tensor2D, changes: readonly tf.Tensor[]): Examples;
}

export interface BatchesOptions {
  /** Index into the class names, one for each image. */
  readonly labels: Int32Array;
  readonly classCount: number;
  readonly batchSize: number;
  /** How often `shuffled` takes the images of each class. */
  readonly sampling: DataConfig['sampling'];
  readonly sight: Sight;
}

/**
 * Images as the batches that training and evaluation consume, prepared while the step before is done; a short last
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

/** How many are made ahead of the one that is used. */
const AHEAD = 2;

/**
 * What `make` makes of each item, in their order: the next ones are made while one is used, once the process has
 * nothing else to do. Each is disposed when the next one is asked for, or no more are, also by an error.
 */
export async function* prefetch<Item, Made extends { dispose(): void }>(
  items: Iterable<Item>,
  make: (item: Item) => Promise<Made>,
): AsyncGenerator<Made> {
  const left = items[Symbol.iterator]();
  const coming: Promise<Made>[] = [];
  const begin = () => {
    const { value, done } = left.next();
    if (done) return;
    const made = setImmediate().then(() => make(value));
    // Who takes it is told; until then it is no unhandled one.
    made.catch(() => {});
    coming.push(made);
  };
  try {
    for (let i = 0; i < AHEAD; i++) begin();
    for (let next = coming.shift(); next; next = coming.shift()) {
      const made = await next;
      begin();
      try {
        yield made;
      } finally {
        made.dispose();
      }
    }
  } finally {
    for (const made of coming)
      await made.then(
        (unused) => unused.dispose(),
        () => {},
      );
  }
}
