import { elements, flag, only } from './args.ts';
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
  weights(inputs, args) {
    const shape = [only(inputs).at(-1) ?? 0];
    return [
      ...(flag(args, 'scale', true) ? [{ name: 'gamma', shape, trainable: true }] : []),
      ...(flag(args, 'center', true) ? [{ name: 'beta', shape, trainable: true }] : []),
    ];
  },
  flops: (inputs) => 8 * elements(only(inputs)),
};
