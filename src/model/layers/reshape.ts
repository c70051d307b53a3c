import { InputError } from '../../errors.ts';
import { elements, only, show, wholeNumbers } from './args.ts';
import type { LayerKind } from './layer.ts';

/** One size may be -1: what is left over. */
export const reshape: LayerKind = {
  kind: 'reshape',
  className: 'Reshape',
  main: 'targetShape',
  args: ['targetShape'],
  outputShape(inputs, args) {
    const total = elements(only(inputs));
    const target = wholeNumbers(args, 'targetShape');
    const left = total / elements(target.filter((size) => size !== -1));
    const shape = target.map((size) => (size === -1 ? left : size));
    if (shape.every((size) => size > 0 && Number.isInteger(size)) && elements(shape) === total) {
      return shape;
    }
    throw new InputError(
      `targetShape must hold the ${total} numbers of the input ${show(only(inputs))}. Received: ${show(target)}`,
    );
  },
  weights: () => [],
  flops: () => 0,
};
