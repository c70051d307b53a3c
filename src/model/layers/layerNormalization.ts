import { elements, only } from './args.ts';
import { gainAndShift } from './gain-and-shift.ts';
import type { LayerKind } from './layer.ts';

/** Ba et al. 2016, over the last axis. */
export const layerNormalization: LayerKind = {
  kind: 'layerNormalization',
  className: 'LayerNormalization',
  main: 'epsilon',
  args: [
    'epsilon',
    'center',
    'scale',
    'betaInitializer',
    'gammaInitializer',
    'betaRegularizer',
    'gammaRegularizer',
  ],
  outputShape: only,
  weights: gainAndShift,
  flops: (inputs) => 8 * elements(only(inputs)),
};
