import { pair, picture, positiveInteger } from './args.ts';
import { convolutionArgs, convolve } from './convolution.ts';
import { bias, kernel, kernelFlops } from './kernel.ts';
import type { LayerKind } from './layer.ts';

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
    const [, , channels] = picture(inputs);
    const filters = positiveInteger(args, 'filters');
    const multiplier = positiveInteger(args, 'depthMultiplier', 1);
    return [
      kernel('depthwise_kernel', [...pair(args, 'kernelSize'), channels, multiplier]),
      kernel('pointwise_kernel', [1, 1, channels * multiplier, filters]),
      ...bias(args, filters),
    ];
  },
  flops(inputs, args) {
    const [, , channels] = picture(inputs);
    const [rows, columns] = pair(args, 'kernelSize');
    const [height, width] = convolve(inputs, args);
    const filters = positiveInteger(args, 'filters');
    const between = channels * positiveInteger(args, 'depthMultiplier', 1);
    const multiplyAdds = height * width * between * (rows * columns + filters);
    return kernelFlops(args, [height, width, filters], multiplyAdds);
  },
};
