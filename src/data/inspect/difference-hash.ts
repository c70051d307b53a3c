import type { Pictures } from '../dataset.ts';

const rows = 8;
const columns = 9;
/** Bits of a hash, as two unsigned 32-bit numbers. */
export const hashWords = 2;

type Size = Pick<Pictures, 'height' | 'width' | 'channels'>;

/**
 * The difference hash of a picture: whether each of 8 x 8 places is darker than the one to its right. It
 * hardly changes with size, compression and brightness. (Krawetz 2013, "Kind of Like That")
 */
export function differenceHash(pixels: Uint8Array, size: Size): [number, number] {
  const levels = shrunk(pixels, size);
  const words: [number, number] = [0, 0];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns - 1; column++) {
      const at = row * columns + column;
      const bit = (levels[at] as number) < (levels[at + 1] as number) ? 1 : 0;
      const word = row < rows / 2 ? 0 : 1;
      words[word] = ((words[word] << 1) | bit) >>> 0;
    }
  return words;
}

/** Sum of the channels in each of 8 x 9 fields, by their mean. */
function shrunk(pixels: Uint8Array, { height, width, channels }: Size): Float64Array {
  const levels = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = part(row, rows, height);
    for (let column = 0; column < columns; column++) {
      const [left, right] = part(column, columns, width);
      let sum = 0;
      for (let y = top; y < bottom; y++)
        for (let at = (y * width + left) * channels; at < (y * width + right) * channels; at++)
          sum += pixels[at] as number;
      levels[row * columns + column] = sum / ((bottom - top) * (right - left));
    }
  }
  return levels;
}

/** Pixels of the `index`th of `count` parts, at least one. */
function part(index: number, count: number, length: number): [number, number] {
  const start = Math.floor((index * length) / count);
  return [start, Math.max(start + 1, Math.floor(((index + 1) * length) / count))];
}

/** How many bits two words differ in. */
export function bitDistance(a: number, b: number): number {
  let bits = a ^ b;
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
