import { InputError } from '../../common/errors.ts';
import type { Shape } from '../graph.ts';
import { elements, show } from './args.ts';
import type { LayerKind } from './layer.ts';

/** Combines inputs element by element; an axis of size 1 is repeated as far as the others reach. */
export function merge(kind: string, className: string): LayerKind {
  const layer: LayerKind = {
    kind,
    className,
    args: [],
    outputShape(inputs) {
      const [first, ...others] = inputs;
      const rank = first?.length;
      if (first && others.length > 0 && others.every((shape) => shape.length === rank)) {
        const output = first.map((_, axis) => Math.max(...inputs.map((shape) => shape[axis] ?? 1)));
        const fits = (shape: Shape): boolean =>
          shape.every((size, axis) => size === 1 || size === output[axis]);
        if (inputs.every(fits)) return output;
      }
      throw new InputError(
        `takes two or more inputs of one shape. Received: ${inputs.map(show).join(' and ')}`,
      );
    },
    weights: () => [],
    flops: (inputs) => (inputs.length - 1) * elements(layer.outputShape(inputs, {})),
  };
  return layer;
}

export const add = merge('add', 'Add');

export const multiply = merge('multiply', 'Multiply');

export const average = merge('average', 'Average');

export const maximum = merge('maximum', 'Maximum');

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
