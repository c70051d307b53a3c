import { pair, picture, positiveInteger } from './args.ts';
import { convolutionArgs, convolve } from './convolution.ts';
import { bias, kernel, kernelFlops } from './kernel.ts';
import type { LayerKind } from './layer.ts';

export const depthwiseConv2d: LayerKind = {
  kind: 'depthwiseConv2d',
  className: 'DepthwiseConv2D',
  main: 'kernelSize',
  args: ['depthMultiplier', 'depthwiseInitializer', 'depthwiseRegularizer', ...convolutionArgs],
  outputShape(inputs, args) {
    const [, , channels] = picture(inputs);
    return [...convolve(inputs, args), channels * positiveInteger(args, 'depthMultiplier', 1)];
  },
  weights(inputs, args) {
    const [, , channels] = picture(inputs);
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
