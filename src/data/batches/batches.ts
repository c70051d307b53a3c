import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { type StreamKey, shuffled } from '../../common/random.ts';
import type { DataConfig } from '../../experiment/experiment.ts';
import { indicesByLabel } from '../split.ts';
import type { Rows } from './rows.ts';

/** Inputs and labels of the model for one step. */
export interface Examples<Input extends tf.Tensor = tf.Tensor> {
  /** Preprocessed images, NHWC, or features of them; float32. */
  readonly x: Input;
  /** One row of class probabilities for each image: one-hot unless labels are mixed. */
  readonly y: tf.Tensor2D;
}

/** One batch as the process prepares it. `Batches.read` decodes it within the compiled step. */
export interface Batch {
  /** Inputs of a compiled function, among them rows that are resident in the engine. */
  readonly inputs: readonly tf.Tensor[];
  /** Number of images: the batch size, or less in the last batch. */
  readonly size: number;
}

/** The rows behind the batches: images, or features of them. */
export interface BatchSource {
  readonly rows: Rows;
  /** Returns the rows of these images and random values to augment them; without a key, no augmentation. */
  draw(
    indices: Int32Array,
    key: StreamKey | null,
  ): { readonly rows: Int32Array; readonly augmentations: readonly tf.Tensor[] };
  /** Decodes the packed rows of one batch, `[images, ceil(stride / 4)]`. Runs within the compiled step. */
  decode(packed: tf.Tensor2D, y: tf.Tensor2D, augmentations: readonly tf.Tensor[]): Examples;
}

export interface BatchesOptions {
  /** Index into the class names, one for each image. */
  readonly labels: Int32Array;
  readonly classCount: number;
  readonly batchSize: number;
  /** Order of `shuffled`: each image once, or each class equally often. */
  readonly sampling: DataConfig['sampling'];
  readonly source: BatchSource;
}

/**
 * The batches of a split. The next ones are prepared while a step runs. A batch lives until the next one
 * is requested. A short last batch is kept.
 */
export class Batches {
  /** Batches in one pass. */
  readonly count: number;
  readonly #options: BatchesOptions;

  constructor(options: BatchesOptions) {
    this.#options = options;
    this.count = Math.ceil(options.labels.length / options.batchSize);
  }

  /** Yields all images in order, without augmentation. */
  inOrder(): AsyncGenerator<Batch> {
    const { labels, batchSize } = this.#options;
    const order = Int32Array.from(labels.keys());
    return prefetch(split(order, batchSize), (indices) => this.#batch(indices, null));
  }

  /**
   * Yields one training epoch, in random order and augmented. The same key gives the same batches in any
   * process.
   *
   * @param from The first batch, so that an interrupted epoch resumes.
   */
  shuffled(key: StreamKey, from = 0): AsyncGenerator<Batch> {
    const { labels, classCount, batchSize, sampling } = this.#options;
    const order = epochOrder(sampling, { labels, classCount }, key);
    const steps = [...split(order, batchSize).entries()].slice(from);
    return prefetch(steps, ([step, indices]) => this.#batch(indices, [...key, 'augment', step]));
  }

  /** Decodes the inputs of a batch, in operations of tfjs only. Call it within `tf.tidy`. */
  read([packed, positions, labels, ...augmentations]: readonly tf.Tensor[]): Examples {
    const { classCount, source } = this.#options;
    const y = tf.oneHot(labels as tf.Tensor1D, classCount, 1, 0, 'float32') as tf.Tensor2D;
    const rows = (packed as tf.Tensor2D).gather(positions as tf.Tensor1D);
    return source.decode(rows, y, augmentations);
  }

  /** Frees the rows that are resident in the engine. */
  dispose(): Promise<void> {
    return this.#options.source.rows.dispose();
  }

  async #batch(indices: Int32Array, key: StreamKey | null): Promise<Batch & { dispose(): void }> {
    const { labels, source } = this.#options;
    const { rows, augmentations } = source.draw(indices, key);
    const read = await source.rows.read(rows);
    const own = tf.tensor1d(indices.map((index) => labels[index] as number));
    return {
      inputs: [read.packed, read.positions, own, ...augmentations],
      size: indices.length,
      dispose() {
        read.dispose();
        tf.dispose([own, ...augmentations]);
      },
    };
  }
}

/**
 * Returns the order of the images in one epoch: each image once, or, `balanced`, as many images but each
 * class equally often. A class then repeats an image only after all of its images.
 */
export function epochOrder(
  sampling: DataConfig['sampling'],
  { labels, classCount }: { readonly labels: Int32Array; readonly classCount: number },
  key: StreamKey,
): Int32Array {
  const order = shuffled(labels.length, [...key, 'shuffle']);
  if (sampling === 'uniform') return order;
  const byLabel = indicesByLabel(labels, classCount).filter((own) => own.length > 0);
  const turns = byLabel.map((own, label) => passes(own, [...key, 'balance', label]));
  const drawn = Int32Array.from(
    labels,
    (_, turn) => turns[turn % turns.length]?.next().value as number,
  );
  return order.map((turn) => drawn[turn] as number);
}

/** Yields the indices in random order, without end. Each pass has its own order. */
function* passes(indices: readonly number[], key: StreamKey): Generator<number, never> {
  for (let pass = 0; ; pass++)
    for (const i of shuffled(indices.length, [...key, pass])) yield indices[i] as number;
}

function split(order: Int32Array, batchSize: number): Int32Array[] {
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, batch) =>
    order.subarray(batch * batchSize, (batch + 1) * batchSize),
  );
}

/** Batches that are prepared ahead of the current one. */
const AHEAD = 2;

/**
 * Yields the result of `make` for each item, in order. The next results are made while one is in use, as
 * soon as the process is idle. Each result is disposed when the next one is requested or the iteration
 * ends, also by an error.
 */
async function* prefetch<Item, Made extends { dispose(): void }>(
  items: Iterable<Item>,
  make: (item: Item) => Promise<Made>,
): AsyncGenerator<Made> {
  const remaining = items[Symbol.iterator]();
  const pending: Promise<Made>[] = [];
  const begin = () => {
    const { value, done } = remaining.next();
    if (done) return;
    const made = setImmediate().then(() => make(value));
    // The consumer gets the rejection below; until then it must not count as unhandled.
    made.catch(() => {});
    pending.push(made);
  };
  try {
    for (let i = 0; i < AHEAD; i++) begin();
    for (let next = pending.shift(); next; next = pending.shift()) {
      const made = await next;
      begin();
      try {
        yield made;
      } finally {
        made.dispose();
      }
    }
  } finally {
    for (const made of pending)
      await made.then(
        (unused) => unused.dispose(),
        () => {},
      );
  }
}
