import { pair, picture } from './args.ts';
import type { LayerKind } from './layer.ts';

export const upSampling2d: LayerKind = {
  kind: 'upSampling2d',
  className: 'UpSampling2D',
  main: 'size',
  args: ['size', 'interpolation'],
  outputShape(inputs, args) {
    const [height, width, channels] = picture(inputs);
    const [rows, columns] = pair(args, 'size', [2, 2]);
    return [height * rows, width * columns, channels];
  },
  weights: () => [],
  flops: () => 0,
};
