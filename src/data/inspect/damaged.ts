import type { Dataset } from '../dataset.ts';

/** Paths of the pictures whose data are damaged, but complete, so that they can be read. */
export function damagedPaths({ train, validation }: Dataset): string[] {
  return [train, validation].flatMap(({ labels, paths, isDamaged }) =>
    Array.from(labels.keys())
      .filter((index) => isDamaged?.(index))
      .map((index) => paths?.[index] ?? `picture ${index}`),
  );
}
