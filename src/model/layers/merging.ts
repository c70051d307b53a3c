import { InputError } from '../../common/errors.ts';
import type { Shape } from '../graph.ts';
import { elementCount, formatArgument } from './args.ts';
import type { LayerKind } from './layer.ts';

/** Defines an elementwise combination of inputs; axes of size 1 are broadcast. */
function mergingLayer(kind: string, className: string): LayerKind {
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
        `takes two or more inputs of one shape. Received: ${inputs.map(formatArgument).join(' and ')}`,
      );
    },
    weights: () => [],
    flops: (inputs) => (inputs.length - 1) * elementCount(layer.outputShape(inputs, {})),
  };
  return layer;
}

export const add = mergingLayer('add', 'Add');

export const multiply = mergingLayer('multiply', 'Multiply');

export const average = mergingLayer('average', 'Average');

export const maximum = mergingLayer('maximum', 'Maximum');

/** Joins inputs along their last axis. */
export const concatenate: LayerKind = {
  kind: 'concatenate',
  className: 'Concatenate',
  args: ['axis'],
  outputShape(inputs, args) {
    const [first, ...others] = inputs;
    const axis = args.axis ?? -1;
    if (axis !== -1 && axis !== first?.length) {
      throw new InputError(`joins along the last axis, -1. Received: axis ${formatArgument(axis)}`);
    }
    const leading = formatArgument(first?.slice(0, -1));
    const fits = (shape: Shape) => formatArgument(shape.slice(0, -1)) === leading;
    if (first && others.length > 0 && others.every(fits)) {
      return [
        ...first.slice(0, -1),
        inputs.reduce((total, shape) => total + (shape.at(-1) ?? 0), 0),
      ];
    }
    throw new InputError(
      `takes two or more inputs that differ in their last axis only. Received: ${inputs.map(formatArgument).join(' and ')}`,
    );
  },
  weights: () => [],
  flops: () => 0,
};
