import { InputError } from '../../errors.ts';
import { show } from './args.ts';
import type { LayerKind } from './layer.ts';

/** Joins inputs along their last axis. */
export const concatenate: LayerKind = {
  kind: 'concatenate',
  className: 'Concatenate',
  args: ['axis'],
  outputShape(inputs, args) {
    const [first, ...others] = inputs;
    const axis = args.axis ?? -1;
    if (axis !== -1 && axis !== first?.length) {
      throw new InputError(`joins along the last axis, -1. Received: axis ${show(axis)}`);
    }
    const ahead = show(first?.slice(0, -1));
    if (first && others.length > 0 && others.every((each) => show(each.slice(0, -1)) === ahead)) {
      return [
        ...first.slice(0, -1),
        inputs.reduce((total, shape) => total + (shape.at(-1) ?? 0), 0),
      ];
    }
    throw new InputError(
      `takes two or more inputs that differ in their last axis only. Received: ${inputs.map(show).join(' and ')}`,
    );
  },
  weights: () => [],
  flops: () => 0,
};
