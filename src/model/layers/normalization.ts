import { InputError } from '../../common/errors.ts';
import type { LayerArgs } from '../../experiment/experiment.ts';
import type { Shape } from '../graph.ts';
import { booleanArgument, elementCount, formatArgument, singleInput } from './args.ts';
import { elementwise, type LayerKind, type WeightSpec } from './layer.ts';

/**
 * Computes (x - mean) / max(√variance, 1e-7) with statistics from a weight file, over all axes but the last
 * (keras/src/layers/preprocessing/normalization.py). Keras also stores `count`, which is not used in the
 * computation.
 */
export const normalization: LayerKind = {
  kind: 'normalization',
  className: 'Normalization',
  args: [],
  outputShape: singleInput,
  weights(inputs) {
    const shape = [singleInput(inputs).at(-1) ?? 0];
    return [
      { name: 'mean', shape, trainable: false },
      { name: 'variance', shape, trainable: false },
      { name: 'count', shape: [], trainable: false },
    ];
  },
  flops: (inputs) => 2 * elementCount(singleInput(inputs)),
};

/** Ioffe and Szegedy 2015, over all axes but the last. The defaults of Keras: momentum 0.99, epsilon 1e-3. */
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
  outputShape: singleInput,
  weights(inputs, args) {
    const shape = [singleInput(inputs).at(-1) ?? 0];
    return [
      ...affineWeights(inputs, args),
      { name: 'moving_mean', shape, trainable: false },
      { name: 'moving_variance', shape, trainable: false },
    ];
  },
  flops: (inputs) => 2 * elementCount(singleInput(inputs)),
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
  outputShape: singleInput,
  weights: affineWeights,
  flops: (inputs) => 8 * elementCount(singleInput(inputs)),
};

/** Returns the trainable weights: gamma unless `scale` is false, beta unless `center` is false. */
function affineWeights(inputs: readonly Shape[], args: LayerArgs): WeightSpec[] {
  const shape = [singleInput(inputs).at(-1) ?? 0];
  return [
    ...(booleanArgument(args, 'scale', true) ? [{ name: 'gamma', shape, trainable: true }] : []),
    ...(booleanArgument(args, 'center', true) ? [{ name: 'beta', shape, trainable: true }] : []),
  ];
}

/** Computes x · scale + offset. Both may be lists with one number per channel. */
export const rescaling: LayerKind = elementwise({
  kind: 'rescaling',
  className: 'Rescaling',
  main: 'scale',
  args: ['scale', 'offset'],
  flops: 2,
  check(shape, args) {
    const channels = shape.at(-1) ?? 0;
    for (const name of ['scale', 'offset']) {
      const value = args[name];
      if (!Array.isArray(value) || value.length === 1 || value.length === channels) continue;
      throw new InputError(
        `${name} must be a number, or a list of ${channels}, one for each channel. Received: ${formatArgument(value)}`,
      );
    }
  },
});
