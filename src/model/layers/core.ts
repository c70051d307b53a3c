import { InputError } from '../../common/errors.ts';
import { elementCount, formatArgument, imageInput, positiveInteger, singleInput } from './args.ts';
import { biasWeight, elementwise, kernelFlops, kernelWeight, type LayerKind } from './layer.ts';

// Dense layers, activations and regularization.

/** Acts on the last axis, as in Keras: [4, 4, 512] becomes [4, 4, units]. */
export const dense: LayerKind = {
  kind: 'dense',
  className: 'Dense',
  main: 'units',
  args: [
    'units',
    'activation',
    'useBias',
    'kernelInitializer',
    'biasInitializer',
    'kernelRegularizer',
    'biasRegularizer',
  ],
  outputShape: (inputs, args) => [
    ...singleInput(inputs).slice(0, -1),
    positiveInteger(args, 'units'),
  ],
  weights(inputs, args) {
    const units = positiveInteger(args, 'units');
    const channels = singleInput(inputs).at(-1) ?? 0;
    return [kernelWeight('kernel', [channels, units]), ...biasWeight(args, units)];
  },
  flops(inputs, args) {
    const output = dense.outputShape(inputs, args);
    const multiplyAdds = elementCount(singleInput(inputs)) * positiveInteger(args, 'units');
    return kernelFlops(args, output, multiplyAdds);
  },
};

export const activation: LayerKind = elementwise({
  kind: 'activation',
  className: 'Activation',
  main: 'activation',
  args: ['activation'],
  flops: 1,
});

export const reLU: LayerKind = elementwise({
  kind: 'reLU',
  className: 'ReLU',
  main: 'maxValue',
  args: ['maxValue'],
  flops: 1,
});

export const leakyReLU: LayerKind = elementwise({
  kind: 'leakyReLU',
  className: 'LeakyReLU',
  main: 'alpha',
  args: ['alpha'],
  flops: 2,
});

export const elu: LayerKind = elementwise({
  kind: 'elu',
  className: 'ELU',
  main: 'alpha',
  args: ['alpha'],
  flops: 2,
  check(_, { alpha = 1 }) {
    if (alpha === 1) return;
    throw new InputError(
      `alpha must be 1, as tfjs-layers computes no other. Received: ${formatArgument(alpha)}`,
    );
  },
});

export const softmax: LayerKind = elementwise({
  kind: 'softmax',
  className: 'Softmax',
  main: 'axis',
  args: ['axis'],
  flops: 3,
  check(shape, { axis = -1 }) {
    if (axis === -1 || axis === shape.length) return;
    throw new InputError(
      `axis must be the last one, -1 or ${shape.length}. Received: ${formatArgument(axis)}`,
    );
  },
});

/**
 * Srivastava et al. 2014. Active in training only; the remaining values are divided by 1 - rate. In `noiseShape`, which
 * includes the batch axis, `null` means the size of the input, and 1 shares a random number along an axis.
 */
export const dropout: LayerKind = elementwise({
  kind: 'dropout',
  className: 'Dropout',
  main: 'rate',
  args: ['rate', 'noiseShape'],
  random: true,
  flops: 0,
  check(shape, { noiseShape }) {
    if (noiseShape === undefined || noiseShape === null) return;
    const sizes = Array.isArray(noiseShape) ? noiseShape : [];
    const fits = (size: unknown, axis: number) =>
      size === null || size === 1 || (axis > 0 && size === shape[axis - 1]);
    if (sizes.length === shape.length + 1 && sizes.every(fits)) return;
    throw new InputError(
      `noiseShape must have null, 1 or the size of the input for each axis of ${formatArgument([null, ...shape])}. Received: ${formatArgument(noiseShape)}`,
    );
  },
});

/** Drops whole channels (Tompson et al. 2015). Active in training only. */
export const spatialDropout2d: LayerKind = elementwise({
  kind: 'spatialDropout2d',
  className: 'SpatialDropout2D',
  main: 'rate',
  args: ['rate'],
  random: true,
  flops: 0,
  check: (shape) => void imageInput([shape]),
});

/** Adds noise with mean 0. Active in training only. */
export const gaussianNoise: LayerKind = elementwise({
  kind: 'gaussianNoise',
  className: 'GaussianNoise',
  main: 'stddev',
  args: ['stddev'],
  random: true,
  flops: 0,
});

/** Multiplies by noise with mean 1 and standard deviation √(rate / (1 - rate)). Active in training only. */
export const gaussianDropout: LayerKind = elementwise({
  kind: 'gaussianDropout',
  className: 'GaussianDropout',
  main: 'rate',
  args: ['rate'],
  random: true,
  flops: 0,
});
