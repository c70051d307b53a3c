import { InputError } from '../../common/errors.ts';
import type { LayerArgs } from '../../experiment/experiment.ts';
import type { Shape } from '../graph.ts';
import {
  elementCount,
  formatArgument,
  imageInput,
  type Padding,
  padding,
  pair,
  positiveInteger,
} from './args.ts';
import { biasWeight, kernelFlops, kernelWeight, type LayerKind } from './layer.ts';

/** Arguments of all convolutions. */
const CONVOLUTION_ARGS = [
  'kernelSize',
  'strides',
  'padding',
  'dilationRate',
  'activation',
  'useBias',
  'biasInitializer',
  'biasRegularizer',
] as const;

/**
 * Returns the height and width of the output of a sliding window.
 *
 * @throws InputError if the window is larger than the image.
 */
function slideWindow(
  [height, width]: readonly [number, number, ...number[]],
  window: readonly [number, number],
  strides: readonly [number, number],
  mode: Padding,
): [number, number] {
  const length = (size: number, extent: number, stride: number): number =>
    Math.ceil((mode === 'same' ? size : size - extent + 1) / stride);
  const output: [number, number] = [
    length(height, window[0], strides[0]),
    length(width, window[1], strides[1]),
  ];
  if (Math.min(...output) > 0) return output;
  throw new InputError(
    `a window of ${window.join(' × ')} does not fit into ${height} × ${width}; padding: same, or a smaller window, would. Received: ${formatArgument([height, width])}`,
  );
}

/** oneDNN ends the process at some kernels of 256 rows and more. */
const MAX_KERNEL_SIZE = 128;

/** Reads the height and width of a kernel. */
function kernelOf(args: LayerArgs): [number, number] {
  const kernel = pair(args, 'kernelSize');
  if (Math.max(...kernel) <= MAX_KERNEL_SIZE) return kernel;
  throw new InputError(
    `kernelSize must be at most ${MAX_KERNEL_SIZE}. Received: ${formatArgument(args.kernelSize)}`,
  );
}

/** Returns the height and width of the output of a convolution. */
function convolvedSize(inputs: readonly Shape[], args: LayerArgs): [number, number] {
  const kernel = kernelOf(args);
  const dilation = pair(args, 'dilationRate', [1, 1]);
  const strides = pair(args, 'strides', [1, 1]);
  if (Math.max(...strides) > 1 && Math.max(...dilation) > 1) {
    throw new InputError(
      `strides and dilationRate cannot both be above 1. Received: ${formatArgument(strides)} and ${formatArgument(dilation)}`,
    );
  }
  const window: [number, number] = [
    (kernel[0] - 1) * dilation[0] + 1,
    (kernel[1] - 1) * dilation[1] + 1,
  ];
  return slideWindow(imageInput(inputs), window, strides, padding(args));
}

export const conv2d: LayerKind = {
  kind: 'conv2d',
  className: 'Conv2D',
  main: 'filters',
  args: ['filters', 'kernelInitializer', 'kernelRegularizer', ...CONVOLUTION_ARGS],
  outputShape: (inputs, args) => [...convolvedSize(inputs, args), positiveInteger(args, 'filters')],
  weights(inputs, args) {
    const [, , channels] = imageInput(inputs);
    const filters = positiveInteger(args, 'filters');
    return [
      kernelWeight('kernel', [...kernelOf(args), channels, filters]),
      ...biasWeight(args, filters),
    ];
  },
  flops(inputs, args) {
    const [, , channels] = imageInput(inputs);
    const [rows, columns] = kernelOf(args);
    const [height, width] = convolvedSize(inputs, args);
    const filters = positiveInteger(args, 'filters');
    const multiplyAdds = height * width * filters * rows * columns * channels;
    return kernelFlops(args, [height, width, filters], multiplyAdds);
  },
};

/** A depthwise convolution followed by a pointwise (1 × 1) one. */
export const separableConv2d: LayerKind = {
  kind: 'separableConv2d',
  className: 'SeparableConv2D',
  main: 'filters',
  args: [
    'filters',
    'depthMultiplier',
    'depthwiseInitializer',
    'depthwiseRegularizer',
    'pointwiseInitializer',
    'pointwiseRegularizer',
    ...CONVOLUTION_ARGS,
  ],
  outputShape: (inputs, args) => [...convolvedSize(inputs, args), positiveInteger(args, 'filters')],
  weights(inputs, args) {
    const [, , channels] = imageInput(inputs);
    const filters = positiveInteger(args, 'filters');
    const multiplier = positiveInteger(args, 'depthMultiplier', 1);
    return [
      kernelWeight('depthwise_kernel', [...kernelOf(args), channels, multiplier]),
      kernelWeight('pointwise_kernel', [1, 1, channels * multiplier, filters]),
      ...biasWeight(args, filters),
    ];
  },
  flops(inputs, args) {
    const [, , channels] = imageInput(inputs);
    const [rows, columns] = kernelOf(args);
    const [height, width] = convolvedSize(inputs, args);
    const filters = positiveInteger(args, 'filters');
    const between = channels * positiveInteger(args, 'depthMultiplier', 1);
    const multiplyAdds = height * width * between * (rows * columns + filters);
    return kernelFlops(args, [height, width, filters], multiplyAdds);
  },
};

export const depthwiseConv2d: LayerKind = {
  kind: 'depthwiseConv2d',
  className: 'DepthwiseConv2D',
  main: 'kernelSize',
  args: ['depthMultiplier', 'depthwiseInitializer', 'depthwiseRegularizer', ...CONVOLUTION_ARGS],
  outputShape(inputs, args) {
    const [, , channels] = imageInput(inputs);
    const dilation = pair(args, 'dilationRate', [1, 1]);
    if (Math.max(...dilation) > 1) {
      throw new InputError(
        `dilationRate must be 1, as tfjs-layers ignores it in a saved model of this layer. Received: ${formatArgument(dilation)}`,
      );
    }
    return [...convolvedSize(inputs, args), channels * positiveInteger(args, 'depthMultiplier', 1)];
  },
  weights(inputs, args) {
    const [, , channels] = imageInput(inputs);
    const multiplier = positiveInteger(args, 'depthMultiplier', 1);
    return [
      kernelWeight('depthwise_kernel', [...kernelOf(args), channels, multiplier]),
      ...biasWeight(args, channels * multiplier),
    ];
  },
  flops(inputs, args) {
    const [rows, columns] = kernelOf(args);
    const output = depthwiseConv2d.outputShape(inputs, args);
    const [height = 0, width = 0, channels = 0] = output;
    return kernelFlops(args, output, height * width * channels * rows * columns);
  },
};

export const conv2dTranspose: LayerKind = {
  kind: 'conv2dTranspose',
  className: 'Conv2DTranspose',
  main: 'filters',
  args: [
    'filters',
    'kernelInitializer',
    'kernelRegularizer',
    ...CONVOLUTION_ARGS.filter((name) => name !== 'dilationRate'),
  ],
  outputShape(inputs, args) {
    const [height, width] = imageInput(inputs);
    const window = kernelOf(args);
    const strides = pair(args, 'strides', [1, 1]);
    const length = (size: number, axis: 0 | 1): number =>
      size * strides[axis] +
      (padding(args) === 'same' ? 0 : Math.max(window[axis] - strides[axis], 0));
    return [length(height, 0), length(width, 1), positiveInteger(args, 'filters')];
  },
  weights(inputs, args) {
    const [, , channels] = imageInput(inputs);
    const filters = positiveInteger(args, 'filters');
    return [
      kernelWeight('kernel', [...kernelOf(args), filters, channels]),
      ...biasWeight(args, filters),
    ];
  },
  flops(inputs, args) {
    const [height, width, channels] = imageInput(inputs);
    const [rows, columns] = kernelOf(args);
    const filters = positiveInteger(args, 'filters');
    const multiplyAdds = height * width * channels * rows * columns * filters;
    return kernelFlops(args, conv2dTranspose.outputShape(inputs, args), multiplyAdds);
  },
};

/** Defines a pooling of each channel; the default strides are the size of the window. */
function poolingLayer(kind: string, className: string): LayerKind {
  const layer: LayerKind = {
    kind,
    className,
    main: 'poolSize',
    args: ['poolSize', 'strides', 'padding'],
    outputShape(inputs, args) {
      const [height, width, channels] = imageInput(inputs);
      const window = pair(args, 'poolSize', [2, 2]);
      const strides = pair(args, 'strides', window);
      return [...slideWindow([height, width], window, strides, padding(args)), channels];
    },
    weights: () => [],
    flops: (inputs, args) =>
      elementCount(layer.outputShape(inputs, args)) * elementCount(pair(args, 'poolSize', [2, 2])),
  };
  return layer;
}

/** Defines a pooling of each channel to one value. */
function globalPoolingLayer(kind: string, className: string): LayerKind {
  return {
    kind,
    className,
    args: [],
    outputShape: (inputs) => [imageInput(inputs)[2]],
    weights: () => [],
    flops: (inputs) => elementCount(imageInput(inputs)),
  };
}

export const maxPooling2d = poolingLayer('maxPooling2d', 'MaxPooling2D');

export const averagePooling2d = poolingLayer('averagePooling2d', 'AveragePooling2D');

export const globalAveragePooling2d = globalPoolingLayer(
  'globalAveragePooling2d',
  'GlobalAveragePooling2D',
);

export const globalMaxPooling2d = globalPoolingLayer('globalMaxPooling2d', 'GlobalMaxPooling2D');
