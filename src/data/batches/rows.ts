import { availableParallelism } from 'node:os';
import { availableMemory } from 'node:process';
import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../../engine/engine.ts';
import type { Pixels } from '../pixels.ts';

/** Fraction of the free memory for the rows of an engine that uses all cores. */
const MEMORY_SHARE = 1 / 4;

/** Most bytes of resident rows: the largest typed array of Node 20. */
const MAX_BYTES = 2 ** 32;

/** Rows in one read. */
const READ_SIZE = 2048;

/** Rows of one batch, as inputs of a compiled function. */
export interface PackedRows {
  /** The rows of the batch, or all rows. Each float32 stands for four bytes: `[rows, ceil(stride / 4)]`. */
  readonly packed: tf.Tensor2D;
  /** Position of each row of the batch in `packed`, int32. */
  readonly positions: tf.Tensor1D;
  dispose(): void;
}

export interface RowsOptions {
  readonly pixels: Pick<Pixels, 'read'>;
  readonly count: number;
  /** Bytes of one row. */
  readonly stride: number;
  /** Rows that are read once need not stay in memory. */
  readonly reused: boolean;
  readonly engine: Pick<Engine, 'threads'>;
}

/**
 * Rows of bytes for the engine. All rows stay in one tensor if they are reused and fit into a quarter of
 * the free memory, or into less if the engine has fewer threads than there are cores, as next to other
 * runs. Otherwise each batch reads its own rows.
 */
export class Rows {
  readonly #options: RowsOptions;
  /** Decided at the first read: by then other rows have taken their memory. */
  #areResident: boolean | null = null;
  #resident: Promise<tf.Tensor2D> | null = null;

  constructor(options: RowsOptions) {
    this.#options = options;
  }

  async read(indices: Int32Array): Promise<PackedRows> {
    this.#areResident ??= canBeResident(this.#options);
    if (!this.#areResident) {
      const packed = await this.#pack(indices);
      const positions = tf.tensor1d(Int32Array.from(indices.keys()));
      return { packed, positions, dispose: () => tf.dispose([packed, positions]) };
    }
    this.#resident ??= this.#pack(Int32Array.from({ length: this.#options.count }, (_, i) => i));
    const packed = await this.#resident;
    const positions = tf.tensor1d(indices);
    return { packed, positions, dispose: () => positions.dispose() };
  }

  async dispose(): Promise<void> {
    const resident = await this.#resident?.catch(() => null);
    resident?.dispose();
    this.#resident = null;
  }

  async #pack(indices: Int32Array): Promise<tf.Tensor2D> {
    const { pixels, stride } = this.#options;
    const width = packedWidth(stride);
    const packed = new Float32Array(indices.length * width);
    const bytes = new Uint8Array(packed.buffer);
    for (let from = 0; from < indices.length; from += READ_SIZE) {
      const some = indices.subarray(from, from + READ_SIZE);
      const read = await pixels.read(some);
      if (stride === 4 * width) bytes.set(read, from * stride);
      else
        for (let row = 0; row < some.length; row++)
          bytes.set(read.subarray(row * stride, (row + 1) * stride), 4 * width * (from + row));
    }
    return tf.tensor2d(packed, [indices.length, width]);
  }
}

function canBeResident({ count, stride, reused, engine }: RowsOptions): boolean {
  const coreShare = Math.min(1, engine.threads / availableParallelism());
  const maximum = Math.min(MEMORY_SHARE * coreShare * availableMemory(), MAX_BYTES);
  return reused && 4 * count * packedWidth(stride) <= maximum;
}

/** Returns the number of float32 that a row takes. */
function packedWidth(stride: number): number {
  return Math.ceil(stride / 4);
}
