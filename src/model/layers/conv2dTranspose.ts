import { padding, pair, picture, positiveInteger } from './args.ts';
import { convolutionArgs } from './convolution.ts';
import { bias, kernel, kernelFlops } from './kernel.ts';
import type { LayerKind } from './layer.ts';

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
    const [height, width] = picture(inputs);
    const window = pair(args, 'kernelSize');
    const strides = pair(args, 'strides', [1, 1]);
    const length = (size: number, axis: 0 | 1): number =>
      size * strides[axis] +
      (padding(args) === 'same' ? 0 : Math.max(window[axis] - strides[axis], 0));
    return [length(height, 0), length(width, 1), positiveInteger(args, 'filters')];
  },
  weights(inputs, args) {
    const [, , channels] = picture(inputs);
    const filters = positiveInteger(args, 'filters');
    return [
      kernel('kernel', [...pair(args, 'kernelSize'), filters, channels]),
      ...bias(args, filters),
    ];
  },
  flops(inputs, args) {
    const [height, width, channels] = picture(inputs);
    const [rows, columns] = pair(args, 'kernelSize');
    const filters = positiveInteger(args, 'filters');
    const multiplyAdds = height * width * channels * rows * columns * filters;
    return kernelFlops(args, conv2dTranspose.outputShape(inputs, args), multiplyAdds);
  },
};
