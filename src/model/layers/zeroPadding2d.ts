import { border, picture } from './args.ts';
import type { LayerKind } from './layer.ts';

export const zeroPadding2d: LayerKind = {
  kind: 'zeroPadding2d',
  className: 'ZeroPadding2D',
  main: 'padding',
  args: ['padding'],
  outputShape(inputs, args) {
    const [height, width, channels] = picture(inputs);
    const [[top, bottom], [left, right]] = border(args, 'padding', 1);
    return [height + top + bottom, width + left + right, channels];
  },
  weights: () => [],
  flops: () => 0,
};
