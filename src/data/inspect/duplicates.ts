import type { Images } from '../dataset.ts';

/** Most bits of 64 that the hashes of near duplicates differ in: of the eight bands one is then equal. */
const mostBits = 7;
const bands = mostBits + 1;
/** Most levels of 255 that their pixels differ by on average: images that are almost flat hash alike. */
const mostLevels = 12;

/** A image of one part and its twin in the other, by their indices. */
export interface Twins {
  readonly train: number;
  readonly validation: number;
}

export interface Duplicates {
  /** Validation images whose every pixel a training image shares. */
  readonly exact: readonly Twins[];
  /** Those that a training image looks like, by `differenceHash`, and that are not exact. */
  readonly near: readonly Twins[];
  /** Training images that another one before them equals. */
  readonly repeated: number;
}

/** Images that stand in both parts make validation promise too much: finds them. */
export function findDuplicates(train: Images, validation: Images): Duplicates {
  const byContent = new Map<string, number>();
  let repeated = 0;
  for (let index = 0; index < train.labels.length; index++) {
    const content = contentKey(train.pixels.digest(index));
    if (byContent.has(content)) repeated++;
    else byContent.set(content, index);
  }
  const exact: Twins[] = [];
  const others: number[] = [];
  for (let index = 0; index < validation.labels.length; index++) {
    const twin = byContent.get(contentKey(validation.pixels.digest(index)));
    if (twin === undefined) others.push(index);
    else exact.push({ train: twin, validation: index });
  }
  return { exact, near: nearTwins(train, validation, others), repeated };
}

function contentKey(digest: Uint8Array): string {
  return Buffer.from(digest).toString('latin1');
}

/** For each of these validation images the first training image that it looks like. */
function nearTwins(train: Images, validation: Images, places: readonly number[]): Twins[] {
  const hashes = hashesOf(train);
  const byBand = Array.from({ length: bands }, () => new Map<number, number[]>());
  for (let index = 0; index < train.labels.length; index++)
    bandsOf(hashes, index).forEach((band, i) => {
      const own = byBand[i]?.get(band);
      if (own) own.push(index);
      else byBand[i]?.set(band, [index]);
    });
  const wanted = hashesOf(validation);
  return places.flatMap((place) => {
    const candidates = bandsOf(wanted, place).flatMap((band, i) => byBand[i]?.get(band) ?? []);
    const own = validation.pixels.of(place);
    const twin = candidates.find(
      (index) =>
        distance(hashes, index, wanted, place) <= mostBits &&
        difference(train.pixels.of(index), own) <= mostLevels,
    );
    return twin === undefined ? [] : [{ train: twin, validation: place }];
  });
}

function hashesOf(images: Images): Uint32Array {
  const hashes = new Uint32Array(hashWords * images.labels.length);
  for (let index = 0; index < images.labels.length; index++)
    hashes.set(differenceHash(images.pixels.of(index), images), hashWords * index);
  return hashes;
}

/** Eight bands of 8 bits. */
function bandsOf(hashes: Uint32Array, index: number): number[] {
  const words = hashes.subarray(hashWords * index, hashWords * (index + 1));
  return [...words].flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff));
}

function distance(a: Uint32Array, i: number, b: Uint32Array, j: number): number {
  return (
    bitDistance(a[2 * i] as number, b[2 * j] as number) +
    bitDistance(a[2 * i + 1] as number, b[2 * j + 1] as number)
  );
}

function difference(a: Uint8Array, b: Uint8Array): number {
  const most = mostLevels * a.length;
  let sum = 0;
  for (let at = 0; at < a.length && sum <= most; at++)
    sum += Math.abs((a[at] as number) - (b[at] as number));
  return sum / a.length;
}

const rows = 8;
const columns = 9;
/** Bits of a hash, as two unsigned 32-bit numbers. */
export const hashWords = 2;

type Size = Pick<Images, 'height' | 'width' | 'channels'>;

/**
 * The difference hash of a image: whether each of 8 x 8 places is darker than the one to its right. It
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
