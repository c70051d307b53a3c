import { InputError } from '../../common/errors.ts';
import type { LayerArgs } from '../../experiment/experiment.ts';
import type { Shape } from '../graph.ts';
import { image, type Padding, padding, pair, positiveInteger, show } from './args.ts';
import { bias, kernel, kernelFlops, type LayerKind } from './layer.ts';

/** Arguments that every convolution takes. */
export const convolutionArgs = [
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
 * Height and width after a window slides over a image, as TensorFlow counts them.
 * @throws InputError when the window is larger than the image.
 */
export function slide(
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
    `a window of ${window.join(' × ')} does not fit into ${height} × ${width}; padding: same, or a smaller window, would. Received: ${show([height, width])}`,
  );
}

/** Height and width of a convolution's output. */
export function convolve(inputs: readonly Shape[], args: LayerArgs): [number, number] {
  const kernel = pair(args, 'kernelSize');
  const dilation = pair(args, 'dilationRate', [1, 1]);
  const strides = pair(args, 'strides', [1, 1]);
  if (Math.max(...strides) > 1 && Math.max(...dilation) > 1) {
    throw new InputError(
      `strides and dilationRate cannot both be above 1. Received: ${show(strides)} and ${show(dilation)}`,
    );
  }
  const window: [number, number] = [
    (kernel[0] - 1) * dilation[0] + 1,
    (kernel[1] - 1) * dilation[1] + 1,
  ];
  return slide(image(inputs), window, strides, padding(args));
}

export const conv2d: LayerKind = {
  kind: 'conv2d',
  className: 'Conv2D',
  main: 'filters',
  args: ['filters', 'kernelInitializer', 'kernelRegularizer', ...convolutionArgs],
  outputShape: (inputs, args) => [...convolve(inputs, args), positiveInteger(args, 'filters')],
  weights(inputs, args) {
    const [, , channels] = image(inputs);
    const filters = positiveInteger(args, 'filters');
    return [
      kernel('kernel', [...pair(args, 'kernelSize'), channels, filters]),
      ...bias(args, filters),
    ];
  },
  flops(inputs, args) {
    const [, , channels] = image(inputs);
    const [rows, columns] = pair(args, 'kernelSize');
    const [height, width] = convolve(inputs, args);
    const filters = positiveInteger(args, 'filters');
    const multiplyAdds = height * width * filters * rows * columns * channels;
    return kernelFlops(args, [height, width, filters], multiplyAdds);
  },
};

/** A depthwise convolution, then a pointwise (1 × 1) one. */
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
    ...convolutionArgs,
  ],
  outputShape: (inputs, args) => [...convolve(inputs, args), positiveInteger(args, 'filters')],
  weights(inputs, args) {
    const [, , channels] = image(inputs);
    const filters = positiveInteger(args, 'filters');
    const multiplier = positiveInteger(args, 'depthMultiplier', 1);
    return [
      kernel('depthwise_kernel', [...pair(args, 'kernelSize'), channels, multiplier]),
      kernel('pointwise_kernel', [1, 1, channels * multiplier, filters]),
      ...bias(args, filters),
    ];
  },
  flops(inputs, args) {
    const [, , channels] = image(inputs);
    const [rows, columns] = pair(args, 'kernelSize');
    const [height, width] = convolve(inputs, args);
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
  args: ['depthMultiplier', 'depthwiseInitializer', 'depthwiseRegularizer', ...convolutionArgs],
  outputShape(inputs, args) {
    const [, , channels] = image(inputs);
    return [...convolve(inputs, args), channels * positiveInteger(args, 'depthMultiplier', 1)];
  },
  weights(inputs, args) {
    const [, , channels] = image(inputs);
    const multiplier = positiveInteger(args, 'depthMultiplier', 1);
    return [
      kernel('depthwise_kernel', [...pair(args, 'kernelSize'), channels, multiplier]),
      ...bias(args, channels * multiplier),
    ];
  },
  flops(inputs, args) {
    const [rows, columns] = pair(args, 'kernelSize');
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
    ...convolutionArgs.filter((name) => name !== 'dilationRate'),
  ],
  outputShape(inputs, args) {
    const [height, width] = image(inputs);
    const window = pair(args, 'kernelSize');
    const strides = pair(args, 'strides', [1, 1]);
    const length = (size: number, axis: 0 | 1): number =>
      size * strides[axis] +
      (padding(args) === 'same' ? 0 : Math.max(window[axis] - strides[axis], 0));
    return [length(height, 0), length(width, 1), positiveInteger(args, 'filters')];
  },
  weights(inputs, args) {
    const [, , channels] = image(inputs);
    const filters = positiveInteger(args, 'filters');
    return [
      kernel('kernel', [...pair(args, 'kernelSize'), filters, channels]),
      ...bias(args, filters),
    ];
  },
  flops(inputs, args) {
    const [height, width, channels] = image(inputs);
    const [rows, columns] = pair(args, 'kernelSize');
    const filters = positiveInteger(args, 'filters');
    const multiplyAdds = height * width * channels * rows * columns * filters;
    return kernelFlops(args, conv2dTranspose.outputShape(inputs, args), multiplyAdds);
  },
};
