import { elements, only } from './args.ts';
import { gainAndShift } from './gain-and-shift.ts';
import type { LayerKind } from './layer.ts';

/** Ioffe and Szegedy 2015, over all axes but the last. Keras' defaults: momentum 0.99, epsilon 1e-3. */
export const batchNormalization: LayerKind = {
  kind: 'batchNormalization',
  className: 'BatchNormalization',
  main: 'momentum',
  args: [
    'momentum',
    'epsilon',
    'center',
    'scale',
    'betaInitializer',
    'gammaInitializer',
    'movingMeanInitializer',
    'movingVarianceInitializer',
    'betaRegularizer',
    'gammaRegularizer',
  ],
  outputShape: only,
  weights(inputs, args) {
    const shape = [only(inputs).at(-1) ?? 0];
    return [
      ...gainAndShift(inputs, args),
      { name: 'moving_mean', shape, trainable: false },
      { name: 'moving_variance', shape, trainable: false },
    ];
  },
  flops: (inputs) => 2 * elements(only(inputs)),
};
