import { hash } from 'node:crypto';
import { openSync, read as readCallback, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { RunError } from '../common/errors.ts';
import type { ImageSource, Images } from './dataset.ts';

const readAt = promisify(readCallback);

/** The bytes of images of one size, wherever they are kept. */
export interface Pixels {
  /** One image in HWC order, RGB or grey, 0 to 255. */
  of(index: number): Uint8Array;
  /** The images at these indices, one after another, while the process does other things. */
  read(indices: ArrayLike<number>): Promise<Uint8Array>;
  /** SHA-256 of one image's bytes; not read for it where it was kept with them. */
  digest(index: number): Uint8Array;
}

/** SHA-256. */
export function digestOf(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}

/** Images one after another in memory. */
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
    return digestOf(this.of(index));
  }
}

/**
 * Images one after another in a file, of which only what is asked for is read: the system keeps in
 * memory what fits. The file stays open, and so readable, for as long as the process lives.
 */
export class FilePixels implements Pixels {
  readonly path: string;
  readonly stride: number;
  readonly digest: Pixels['digest'];
  readonly #file: number;

  constructor(
    path: string,
    stride: number,
    digest: Pixels['digest'] = (index) => digestOf(this.of(index)),
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

  /** All at once: the system reads several side by side, in its own order. Neighbours are read together. */
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

  /** Images from an index on. */
  async #fill(target: Buffer, index: number): Promise<void> {
    const { bytesRead } = await readAt(this.#file, target, 0, target.length, index * this.stride);
    this.#check(bytesRead, target, index);
  }

  #check(read: number, wanted: Uint8Array, index: number): void {
    if (read === wanted.length) return;
    const missing = index + Math.floor(read / this.stride);
    throw new RunError(`${this.path} ends before image ${missing}; delete it and start again`);
  }
}

/** Some of other images: image i is their image `indices[i]`. */
export class PickedPixels implements Pixels {
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

/** Images of several places, those of one part after those of the part before. */
export class ChainedPixels implements Pixels {
  readonly #parts: { readonly pixels: Pixels; readonly from: number; readonly to: number }[] = [];

  /** @returns the index of the first image of the part */
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
    if (!part) throw new RangeError(`there is no image ${index}`);
    return part;
  }
}

/** Images that are already decoded, as a source. */
export function inMemory(images: Images): ImageSource {
  return {
    labels: images.labels,
    read: async (places) => {
      const pixels = new PickedPixels(images.pixels, [...places]);
      return { ...images, pixels, broken: [] };
    },
  };
}
