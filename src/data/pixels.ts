import { openSync, readSync } from 'node:fs';
import { RunError } from '../errors.ts';

/** The bytes of pictures of one size, wherever they are kept. */
export interface Pixels {
  /** One picture in HWC order, RGB or grey, 0 to 255. */
  of(index: number): Uint8Array;
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
    const read = readSync(this.#file, bytes, 0, this.stride, index * this.stride);
    if (read < this.stride)
      throw new RunError(`${this.path} ends before picture ${index}; delete it and start again`);
    return bytes;
  }
}

/** Some of other pictures: picture i is their picture `indices[i]`. */
export class PickedPixels implements Pixels {
  readonly pixels: Pixels;
  readonly indices: readonly number[];

  constructor(pixels: Pixels, indices: readonly number[]) {
    this.pixels = pixels;
    this.indices = indices;
  }

  of(index: number): Uint8Array {
    return this.pixels.of(this.indices[index] as number);
  }
}
