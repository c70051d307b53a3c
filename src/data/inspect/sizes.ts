import type { Pictures } from '../dataset.ts';

/** Least, middle and largest. */
export interface Range {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Of the pictures as their files have them, in pixels. */
export interface Sizes {
  readonly width: Range;
  readonly height: Range;
}

/** Of all pictures of a class, those to train on and others; all alike where they are not from files. */
export function sizesOf(parts: readonly Pictures[], label: number): Sizes {
  const sizes = parts.flatMap(({ labels, sizeOf, width, height }) =>
    Array.from(labels.keys())
      .filter((index) => labels[index] === label)
      .map((index) => sizeOf?.(index) ?? ([width, height] as const)),
  );
  return {
    width: range(sizes.map(([width]) => width)),
    height: range(sizes.map(([, height]) => height)),
  };
}

/** The median of an even number is the lower of the two in the middle, which is a size that occurs. */
function range(values: readonly number[]): Range {
  const sorted = Float64Array.from(values).sort();
  const at = (index: number) => sorted[index] as number;
  return { min: at(0), median: at((sorted.length - 1) >> 1), max: at(sorted.length - 1) };
}
