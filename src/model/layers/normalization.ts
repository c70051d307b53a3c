import { elements, only } from './args.ts';
import type { LayerKind } from './layer.ts';

/**
 * (x - mean) / max(√variance, 1e-7) with statistics that come from a weight file, over all axes but
 * the last (keras/src/layers/preprocessing/normalization.py). `count` is how many pictures Keras saw
 * when it measured them; nothing computes with it, but Keras stores and counts it.
 */
export const normalization: LayerKind = {
  kind: 'normalization',
  className: 'Normalization',
  args: [],
  outputShape: only,
  weights(inputs) {
    const shape = [only(inputs).at(-1) ?? 0];
    return [
      { name: 'mean', shape, trainable: false },
      { name: 'variance', shape, trainable: false },
      { name: 'count', shape: [], trainable: false },
    ];
  },
  flops: (inputs) => 2 * elements(only(inputs)),
};
