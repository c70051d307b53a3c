import type { LayerArgs } from '../../experiment/experiment.ts';
import type { Shape } from '../graph.ts';
import { elements, flag, only } from './args.ts';
import { elementwise, type LayerKind, type WeightSpec } from './layer.ts';

/**
 * (x - mean) / max(√variance, 1e-7) with statistics that come from a weight file, over all axes but
 * the last (keras/src/layers/preprocessing/normalization.py). `count` is how many images Keras saw
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

/** What a normalization learns over the last axis: gamma unless `scale`, beta unless `center` is false. */
export function gainAndShift(inputs: readonly Shape[], args: LayerArgs): WeightSpec[] {
  const shape = [only(inputs).at(-1) ?? 0];
  return [
    ...(flag(args, 'scale', true) ? [{ name: 'gamma', shape, trainable: true }] : []),
    ...(flag(args, 'center', true) ? [{ name: 'beta', shape, trainable: true }] : []),
  ];
}

/** x · scale + offset; each may be a list, one number a channel. */
export const rescaling: LayerKind = elementwise({
  kind: 'rescaling',
  className: 'Rescaling',
  main: 'scale',
  args: ['scale', 'offset'],
  flops: 2,
});
