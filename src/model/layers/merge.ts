import { InputError } from '../../errors.ts';
import { elements, show } from './args.ts';
import type { LayerKind } from './layer.ts';

/** Combines inputs of one shape element by element. */
export function merge(kind: string, className: string): LayerKind {
  const layer: LayerKind = {
    kind,
    className,
    args: [],
    outputShape(inputs) {
      const [first, ...others] = inputs;
      if (first && others.length > 0 && others.every((shape) => show(shape) === show(first))) {
        return first;
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
