import { hash } from 'node:crypto';
import { openSync, read as readCallback, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { RunError } from '../common/errors.ts';

const readAt = promisify(readCallback);

/** The bytes of images of one size, in memory or on disk. */
export interface Pixels {
  /** Returns one image in HWC order, RGB or greyscale, 0 to 255. */
  of(index: number): Uint8Array;
  /** Reads the images at these indices into one array, in this order. */
  read(indices: ArrayLike<number>): Promise<Uint8Array>;
  /** Returns the SHA-256 of one image's bytes, without reading them if the hash is stored. */
  digest(index: number): Uint8Array;
}

export function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}

/** Images in one array in memory. */
export class MemoryPixels implements Pixels {
  readonly bytes: Uint8Array;
  readonly stride: number;

  /** @param stride Bytes of one image: height x width x channels. */
  constructor(bytes: Uint8Array, stride: number) {
    this.bytes = bytes;
    this.stride = stride;
  }

  of(index: number): Uint8Array {
    return this.bytes.subarray(index * this.stride, (index + 1) * this.stride);
  }

  async read(indices: ArrayLike<number>): Promise<Uint8Array> {
    const all = new Uint8Array(indices.length * this.stride);
    for (let row = 0; row < indices.length; row++)
      all.set(this.of(indices[row] as number), row * this.stride);
    return all;
  }

  digest(index: number): Uint8Array {
    return sha256(this.of(index));
  }
}

/**
 * Images in one file. Only the requested images are read; the system caches what fits in memory. The
 * file stays open, and so readable, until the process ends.
 */
export class FilePixels implements Pixels {
  readonly path: string;
  readonly stride: number;
  readonly digest: Pixels['digest'];
  readonly #file: number;

  /** @param digest Returns stored hashes; by default they are computed. */
  constructor(
    path: string,
    stride: number,
    digest: Pixels['digest'] = (index) => sha256(this.of(index)),
  ) {
    this.path = path;
    this.stride = stride;
    this.digest = digest;
    this.#file = openSync(path, 'r');
  }

  of(index: number): Uint8Array {
    const bytes = Buffer.allocUnsafe(this.stride);
    this.#check(readSync(this.#file, bytes, 0, this.stride, index * this.stride), bytes, index);
    return bytes;
  }

  /** Starts all reads at once, so that the system can order them. Consecutive images are one read. */
  async read(indices: ArrayLike<number>): Promise<Uint8Array> {
    const all = Buffer.allocUnsafe(indices.length * this.stride);
    const reads: Promise<void>[] = [];
    for (let row = 0; row < indices.length; ) {
      const index = indices[row] as number;
      const from = row;
      do row++;
      while (row < indices.length && indices[row] === index + row - from);
      reads.push(this.#fill(all.subarray(from * this.stride, row * this.stride), index));
    }
    await Promise.all(reads);
    return all;
  }

  /** Fills `target` with consecutive images, the first of them at `index`. */
  async #fill(target: Buffer, index: number): Promise<void> {
    const { bytesRead } = await readAt(this.#file, target, 0, target.length, index * this.stride);
    this.#check(bytesRead, target, index);
  }

  #check(bytesRead: number, target: Uint8Array, index: number): void {
    if (bytesRead === target.length) return;
    const missing = index + Math.floor(bytesRead / this.stride);
    throw new RunError(`${this.path} ends before image ${missing}; delete it and start again`);
  }
}

/** A selection of other images: image i is their image `indices[i]`. */
export class SelectedPixels implements Pixels {
  readonly pixels: Pixels;
  readonly indices: ArrayLike<number>;

  constructor(pixels: Pixels, indices: ArrayLike<number>) {
    this.pixels = pixels;
    this.indices = indices;
  }

  of(index: number): Uint8Array {
    return this.pixels.of(this.indices[index] as number);
  }

  read(indices: ArrayLike<number>): Promise<Uint8Array> {
    return this.pixels.read(Array.from(indices, (index) => this.indices[index] as number));
  }

  digest(index: number): Uint8Array {
    return this.pixels.digest(this.indices[index] as number);
  }
}

/** The images of several `Pixels`, one after another. */
export class ConcatenatedPixels implements Pixels {
  readonly #parts: { readonly pixels: Pixels; readonly from: number; readonly to: number }[] = [];

  /** @returns the index of the first added image. */
  add(pixels: Pixels, count: number): number {
    const from = this.#parts.at(-1)?.to ?? 0;
    this.#parts.push({ pixels, from, to: from + count });
    return from;
  }

  of(index: number): Uint8Array {
    const { pixels, from } = this.#part(index);
    return pixels.of(index - from);
  }

  async read(indices: ArrayLike<number>): Promise<Uint8Array> {
    const reads = this.#parts.map(async ({ pixels, from, to }) => {
      const rows: number[] = [];
      const own: number[] = [];
      for (let row = 0; row < indices.length; row++) {
        const index = indices[row] as number;
        if (index < from || index >= to) continue;
        rows.push(row);
        own.push(index - from);
      }
      return { rows, bytes: await pixels.read(own) };
    });
    const parts = (await Promise.all(reads)).filter(({ rows }) => rows.length > 0);
    if (parts.length === 1) return (parts[0] as (typeof parts)[number]).bytes;
    const all = new Uint8Array(parts.reduce((sum, { bytes }) => sum + bytes.length, 0));
    for (const { rows, bytes } of parts) {
      const stride = bytes.length / rows.length;
      rows.forEach((row, i) => {
        all.set(bytes.subarray(i * stride, (i + 1) * stride), row * stride);
      });
    }
    return all;
  }

  digest(index: number): Uint8Array {
    const { pixels, from } = this.#part(index);
    return pixels.digest(index - from);
  }

  #part(index: number) {
    const part = this.#parts.find(({ from, to }) => index >= from && index < to);
    if (!part) throw new RangeError(`image index ${index} is out of range`);
    return part;
  }
}
