import { availableParallelism } from 'node:os';
import { availableMemory } from 'node:process';
import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../engine/engine.ts';
import type { Pixels } from './pixels.ts';

/** The part of the free memory that an engine which has all cores may hold rows in. */
const SHARE = 1 / 4;

/** Bytes that the engine may hold at most: no typed array of Node 20 has more. */
const MOST = 2 ** 32;

/** Rows that are read at once. */
const AT_ONCE = 2048;

/** Some rows, as a compiled function takes them. */
export interface TakenRows {
  /** These rows, or all that there are: four bytes a float32, `[rows, words]`. */
  readonly words: tf.Tensor2D;
  /** Where in `words` each of the rows is, int32. */
  readonly at: tf.Tensor1D;
  dispose(): void;
}

export interface RowsOptions {
  readonly pixels: Pixels;
  readonly count: number;
  /** Bytes of one row. */
  readonly stride: number;
  /** Whether they are taken more than once, so that it is worth to hold them. */
  readonly again: boolean;
  readonly engine: Pick<Engine, 'threads'>;
}

/**
 * Rows of bytes for the engine, which holds all of them in one tensor where a quarter of the free memory is enough
 * for that, or as much less as it has fewer threads than there are cores, as beside other runs; others are read as
 * they are taken.
 */
export class Rows {
  readonly #options: RowsOptions;
  /** Decided as they are first taken: by then others hold theirs. */
  #holds: boolean | null = null;
  #held: Promise<tf.Tensor2D> | null = null;

  constructor(options: RowsOptions) {
    this.#options = options;
  }

  async take(indices: Int32Array): Promise<TakenRows> {
    this.#holds ??= areHeld(this.#options);
    if (!this.#holds) {
      const words = await this.#read(indices);
      const at = tf.tensor1d(Int32Array.from(indices.keys()));
      return { words, at, dispose: () => tf.dispose([words, at]) };
    }
    this.#held ??= this.#read(Int32Array.from({ length: this.#options.count }, (_, i) => i));
    const words = await this.#held;
    const at = tf.tensor1d(indices);
    return { words, at, dispose: () => at.dispose() };
  }

  async dispose(): Promise<void> {
    const held = await this.#held?.catch(() => null);
    held?.dispose();
    this.#held = null;
  }

  async #read(indices: Int32Array): Promise<tf.Tensor2D> {
    const { pixels, stride } = this.#options;
    const width = widthOf(stride);
    const words = new Float32Array(indices.length * width);
    const bytes = new Uint8Array(words.buffer);
    for (let from = 0; from < indices.length; from += AT_ONCE) {
      const some = indices.subarray(from, from + AT_ONCE);
      const read = await pixels.read(some);
      if (stride === 4 * width) bytes.set(read, from * stride);
      else
        for (let row = 0; row < some.length; row++)
          bytes.set(read.subarray(row * stride, (row + 1) * stride), 4 * width * (from + row));
    }
    return tf.tensor2d(words, [indices.length, width]);
  }
}

function areHeld({ count, stride, again, engine }: RowsOptions): boolean {
  const ownCores = Math.min(1, engine.threads / availableParallelism());
  const most = Math.min(SHARE * ownCores * availableMemory(), MOST);
  return again && 4 * count * widthOf(stride) <= most;
}

/** Words that a row takes. */
function widthOf(stride: number): number {
  return Math.ceil(stride / 4);
}
