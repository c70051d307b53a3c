import { InputError } from '../../errors.ts';
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
