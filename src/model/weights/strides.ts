import type { Shape } from '../graph.ts';
import { elementCount } from '../layers/args.ts';

/** Returns the distance between neighbours along each axis of a tensor in row-major order. */
export function rowMajorStrides(shape: Shape): number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
}

/**
 * Copies the elements of a tensor to row-major order.
 *
 * @param values the element at index i is at Σ i · stride
 * @returns `values` if they are in that order already
 */
export function toRowMajor(
  values: Float32Array,
  shape: Shape,
  strides: readonly number[],
): Float32Array {
  const ordered = rowMajorStrides(shape);
  if (shape.every((size, axis) => size === 1 || strides[axis] === ordered[axis])) return values;
  const copy = new Float32Array(elementCount(shape));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < copy.length; to++) {
    copy[to] = values[from] ?? 0;
    // Moves to the next index; the last axis changes fastest.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [size = 0, stride = 0] = [shape[axis], strides[axis]];
      index[axis] = ((index[axis] ?? 0) + 1) % size;
      if (index[axis] !== 0) {
        from += stride;
        break;
      }
      from -= (size - 1) * stride;
    }
  }
  return copy;
}
