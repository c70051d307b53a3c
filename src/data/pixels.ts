import { openSync, read as readCallback, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { RunError } from '../errors.ts';

const readAt = promisify(readCallback);

/** The bytes of pictures of one size, wherever they are kept. */
export interface Pixels {
  /** One picture in HWC order, RGB or grey, 0 to 255. */
  of(index: number): Uint8Array;
  /** The pictures at these indices, one after another, while the process does other things. */
  read(indices: ArrayLike<number>): Promise<Uint8Array>;
}

/** Pictures one after another in memory. */
export class MemoryPixels implements Pixels {
  readonly bytes: Uint8Array;
  readonly stride: number;

  /** @param stride Bytes of one picture: height x width x channels. */
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
}

/**
 * Pictures one after another in a file, of which only what is asked for is read: the system keeps in
 * memory what fits. The file stays open, and so readable, for as long as the process lives.
 */
export class FilePixels implements Pixels {
  readonly path: string;
  readonly stride: number;
  readonly #file: number;

  constructor(path: string, stride: number) {
    this.path = path;
    this.stride = stride;
    this.#file = openSync(path, 'r');
  }

  of(index: number): Uint8Array {
    const bytes = Buffer.allocUnsafe(this.stride);
    this.#check(index, readSync(this.#file, bytes, 0, this.stride, index * this.stride));
    return bytes;
  }

  /** All at once: the system reads several side by side, in its own order. */
  async read(indices: ArrayLike<number>): Promise<Uint8Array> {
    const { stride } = this;
    const all = Buffer.allocUnsafe(indices.length * stride);
    await Promise.all(
      Array.from(indices, async (index, row) => {
        const { bytesRead } = await readAt(this.#file, all, row * stride, stride, index * stride);
        this.#check(index, bytesRead);
      }),
    );
    return all;
  }

  #check(index: number, read: number): void {
    if (read < this.stride)
      throw new RunError(`${this.path} ends before picture ${index}; delete it and start again`);
  }
}

/** Some of other pictures: picture i is their picture `indices[i]`. */
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
}
