import type { Images } from '../dataset.ts';

/** Largest distance of the 64-bit hashes of near duplicates. At least one of eight bands is then equal. */
const MAX_BITS = 7;
const BANDS = MAX_BITS + 1;
/** Largest mean difference of their pixels, of 255 levels. It separates almost flat images, whose hashes are equal. */
const MAX_LEVELS = 12;

/** The indices of two images that are equal or similar, one of each split. */
export interface DuplicatePair {
  readonly train: number;
  readonly validation: number;
}

export interface Duplicates {
  /** Validation images that equal a training image in every pixel. */
  readonly exact: readonly DuplicatePair[];
  /** Validation images that are similar to a training image by `differenceHash`, but not equal. */
  readonly near: readonly DuplicatePair[];
  /** Number of training images that equal an earlier training image. */
  readonly repeated: number;
}

/** Finds images that occur in both splits. They make the validation metrics too good. */
export function findDuplicates(train: Images, validation: Images): Duplicates {
  const byContent = new Map<string, number>();
  let repeated = 0;
  for (let index = 0; index < train.labels.length; index++) {
    const content = contentKey(train.pixels.digest(index));
    if (byContent.has(content)) repeated++;
    else byContent.set(content, index);
  }
  const exact: DuplicatePair[] = [];
  const others: number[] = [];
  for (let index = 0; index < validation.labels.length; index++) {
    const original = byContent.get(contentKey(validation.pixels.digest(index)));
    if (original === undefined) others.push(index);
    else exact.push({ train: original, validation: index });
  }
  return { exact, near: nearDuplicates(train, validation, others), repeated };
}

function contentKey(digest: Uint8Array): string {
  return Buffer.from(digest).toString('latin1');
}

/** Returns the first similar training image of each of these validation images. */
function nearDuplicates(
  train: Images,
  validation: Images,
  indices: readonly number[],
): DuplicatePair[] {
  const hashes = hashesOf(train);
  const byBand = Array.from({ length: BANDS }, () => new Map<number, number[]>());
  for (let index = 0; index < train.labels.length; index++)
    bandsOf(hashes, index).forEach((band, i) => {
      const own = byBand[i]?.get(band);
      if (own) own.push(index);
      else byBand[i]?.set(band, [index]);
    });
  const ownHashes = hashesOf(validation);
  return indices.flatMap((index) => {
    const candidates = bandsOf(ownHashes, index).flatMap((band, i) => byBand[i]?.get(band) ?? []);
    const own = validation.pixels.of(index);
    const original = candidates.find(
      (other) =>
        hashDistance(hashes, other, ownHashes, index) <= MAX_BITS &&
        meanDifference(train.pixels.of(other), own) <= MAX_LEVELS,
    );
    return original === undefined ? [] : [{ train: original, validation: index }];
  });
}

function hashesOf(images: Images): Uint32Array {
  const hashes = new Uint32Array(HASH_WORDS * images.labels.length);
  for (let index = 0; index < images.labels.length; index++)
    hashes.set(differenceHash(images.pixels.of(index), images), HASH_WORDS * index);
  return hashes;
}

/** Returns the eight bands of 8 bits of a hash. */
function bandsOf(hashes: Uint32Array, index: number): number[] {
  const words = hashes.subarray(HASH_WORDS * index, HASH_WORDS * (index + 1));
  return [...words].flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff));
}

function hashDistance(a: Uint32Array, i: number, b: Uint32Array, j: number): number {
  return (
    bitDistance(a[2 * i] as number, b[2 * j] as number) +
    bitDistance(a[2 * i + 1] as number, b[2 * j + 1] as number)
  );
}

/** Returns the mean difference of two images' pixels, or, once it exceeds `MAX_LEVELS`, a part of it. */
function meanDifference(a: Uint8Array, b: Uint8Array): number {
  const maximum = MAX_LEVELS * a.length;
  let sum = 0;
  for (let at = 0; at < a.length && sum <= maximum; at++)
    sum += Math.abs((a[at] as number) - (b[at] as number));
  return sum / a.length;
}

const ROWS = 8;
const COLUMNS = 9;
/** Unsigned 32-bit numbers in a hash. */
const HASH_WORDS = 2;

type Size = Pick<Images, 'height' | 'width' | 'channels'>;

/**
 * Computes the difference hash of an image: for each of 8 x 8 cells, one bit that is set if the cell is
 * darker than its right neighbour. It hardly depends on size, compression and brightness. (Krawetz 2013,
 * "Kind of Like That")
 */
export function differenceHash(pixels: Uint8Array, size: Size): [number, number] {
  const levels = cellLevels(pixels, size);
  const words: [number, number] = [0, 0];
  for (let row = 0; row < ROWS; row++)
    for (let column = 0; column < COLUMNS - 1; column++) {
      const at = row * COLUMNS + column;
      const bit = (levels[at] as number) < (levels[at + 1] as number) ? 1 : 0;
      const word = row < ROWS / 2 ? 0 : 1;
      words[word] = ((words[word] << 1) | bit) >>> 0;
    }
  return words;
}

/** Returns the level of each of 8 x 9 cells: the sum over the channels of their means. */
function cellLevels(pixels: Uint8Array, { height, width, channels }: Size): Float64Array {
  const levels = new Float64Array(ROWS * COLUMNS);
  for (let row = 0; row < ROWS; row++) {
    const [top, bottom] = cellRange(row, ROWS, height);
    for (let column = 0; column < COLUMNS; column++) {
      const [left, right] = cellRange(column, COLUMNS, width);
      let sum = 0;
      for (let y = top; y < bottom; y++)
        for (let at = (y * width + left) * channels; at < (y * width + right) * channels; at++)
          sum += pixels[at] as number;
      levels[row * COLUMNS + column] = sum / ((bottom - top) * (right - left));
    }
  }
  return levels;
}

/** Returns the first pixel of a cell and the one after its last. A cell has at least one pixel. */
function cellRange(index: number, count: number, length: number): [number, number] {
  const start = Math.floor((index * length) / count);
  return [start, Math.max(start + 1, Math.floor(((index + 1) * length) / count))];
}

/** Returns the number of bits in which two 32-bit numbers differ. */
export function bitDistance(a: number, b: number): number {
  let bits = a ^ b;
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
