import type { Pictures } from '../dataset.ts';
import { bitDistance, differenceHash, hashWords } from './difference-hash.ts';

/** Most bits of 64 that the hashes of near duplicates differ in: of the eight bands one is then equal. */
const mostBits = 7;
const bands = mostBits + 1;
/** Most levels of 255 that their pixels differ by on average: pictures that are almost flat hash alike. */
const mostLevels = 12;

/** A picture of one part and its twin in the other, by their indices. */
export interface Twins {
  readonly train: number;
  readonly validation: number;
}

export interface Duplicates {
  /** Validation pictures whose every pixel a training picture shares. */
  readonly exact: readonly Twins[];
  /** Those that a training picture looks like, by `differenceHash`, and that are not exact. */
  readonly near: readonly Twins[];
  /** Training pictures that another one before them equals. */
  readonly repeated: number;
}

/** Pictures that stand in both parts make validation promise too much: finds them. */
export function findDuplicates(train: Pictures, validation: Pictures): Duplicates {
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

/** For each of these validation pictures the first training picture that it looks like. */
function nearTwins(train: Pictures, validation: Pictures, places: readonly number[]): Twins[] {
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

function hashesOf(pictures: Pictures): Uint32Array {
  const hashes = new Uint32Array(hashWords * pictures.labels.length);
  for (let index = 0; index < pictures.labels.length; index++)
    hashes.set(differenceHash(pictures.pixels.of(index), pictures), hashWords * index);
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
