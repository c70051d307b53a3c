import { InputError } from '../../errors.ts';
import { only, show, wholeNumbers } from './args.ts';
import type { LayerKind } from './layer.ts';

/** `dims: [2, 1]` swaps the first two axes; axes count from 1, as in Keras. */
export const permute: LayerKind = {
  kind: 'permute',
  className: 'Permute',
  main: 'dims',
  args: ['dims'],
  outputShape(inputs, args) {
    const shape = only(inputs);
    const dims = wholeNumbers(args, 'dims');
    if (show(dims.toSorted()) === show(shape.map((_, axis) => axis + 1))) {
      return dims.map((axis) => shape[axis - 1] ?? 0);
    }
    throw new InputError(
      `dims must name each axis from 1 to ${shape.length} once. Received: ${show(dims)}`,
    );
  },
  weights: () => [],
  flops: () => 0,
};
