import type { Pictures } from '../src/data/dataset.ts';

/** The bytes of all pictures, one after another. */
export function pixelsOf({ pixels, labels }: Pictures): Uint8Array {
  return Buffer.concat(Array.from(labels, (_, index) => pixels.of(index)));
}
