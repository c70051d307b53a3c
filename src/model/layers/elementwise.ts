import { elements, only } from './args.ts';
import type { LayerKind } from './layer.ts';

interface Elementwise extends Pick<LayerKind, 'kind' | 'className' | 'main' | 'args' | 'random'> {
  /** For each element. */
  readonly flops: number;
}

/** A layer without weights whose output has its input's shape. */
export function elementwise({ flops, ...kind }: Elementwise): LayerKind {
  return {
    ...kind,
    outputShape: only,
    weights: () => [],
    flops: (inputs) => flops * elements(only(inputs)),
  };
}
