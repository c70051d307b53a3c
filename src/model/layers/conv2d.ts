import { pair, picture, positiveInteger } from './args.ts';
import { convolutionArgs, convolve } from './convolution.ts';
import { bias, kernel, kernelFlops } from './kernel.ts';
import type { LayerKind } from './layer.ts';

export const conv2d: LayerKind = {
  kind: 'conv2d',
  className: 'Conv2D',
  main: 'filters',
  args: ['filters', 'kernelInitializer', 'kernelRegularizer', ...convolutionArgs],
  outputShape: (inputs, args) => [...convolve(inputs, args), positiveInteger(args, 'filters')],
  weights(inputs, args) {
    const [, , channels] = picture(inputs);
    const filters = positiveInteger(args, 'filters');
    return [
      kernel('kernel', [...pair(args, 'kernelSize'), channels, filters]),
      ...bias(args, filters),
    ];
  },
  flops(inputs, args) {
    const [, , channels] = picture(inputs);
    const [rows, columns] = pair(args, 'kernelSize');
    const [height, width] = convolve(inputs, args);
    const filters = positiveInteger(args, 'filters');
    const multiplyAdds = height * width * filters * rows * columns * channels;
    return kernelFlops(args, [height, width, filters], multiplyAdds);
  },
};
