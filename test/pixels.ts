import type { Images } from '../src/data/dataset.ts';

/** The bytes of all images, one after another. */
export function pixelsOf({ pixels, labels }: Images): Uint8Array {
  return Buffer.concat(Array.from(labels, (_, index) => pixels.of(index)));
}
