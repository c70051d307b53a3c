import type { Instructions } from '../instructions.ts';
import type { Shape4D } from './tap-products.ts';

export type Pass = 'forward' | 'input gradient' | 'filter gradient';

/** 2×2: three in four taps of a 3×3 filter lead outside of the picture at each place. */
const SMALL = 4;
/** 8×8 */
const MEDIUM = 64;

/**
 * Which convolutions on a CPU TensorFlow computes faster as products of matrices than by oneDNN. It is a rule and
 * no trial as a run begins, so that a machine computes the same each time. Measured on two cores with AVX2,
 * milliseconds by oneDNN and as products, 3×3 filters, 512 channels, 32 pictures:
 *
 * | picture | forward | input gradient | filter gradient |
 * | --- | --- | --- | --- |
 * | 2×2 | 6.4, 4.2 | 6.8, 4.2 | 44, 6.4 |
 * | 4×4 | 16, 19 | 13, 13 | 28, 20 |
 * | 8×8 | 51, 53 | 51, 54 | 89, 80 |
 * | 12×12 | 128, 130 | 115, 130 | 197, 205 |
 *
 * With AVX-512 oneDNN's filter gradients run at what the processor can compute. Those of 1×1 filters as products
 * gain by themselves, but not within a training step.
 */
export function isFasterAsProducts(
  pass: Pass,
  [, height, width]: Shape4D,
  [rows, columns]: Shape4D,
  instructions: Instructions,
): boolean {
  if (rows * columns === 1) return false;
  const largest = pass === 'filter gradient' && instructions === 'avx2' ? MEDIUM : SMALL;
  return height * width <= largest;
}
