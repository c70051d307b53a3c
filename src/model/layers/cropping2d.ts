import { InputError } from '../../errors.ts';
import { border, picture, show } from './args.ts';
import type { LayerKind } from './layer.ts';

export const cropping2d: LayerKind = {
  kind: 'cropping2d',
  className: 'Cropping2D',
  main: 'cropping',
  args: ['cropping'],
  outputShape(inputs, args) {
    const [height, width, channels] = picture(inputs);
    const [[top, bottom], [left, right]] = border(args, 'cropping', 0);
    const output = [height - top - bottom, width - left - right, channels];
    if (Math.min(...output) > 0) return output;
    throw new InputError(
      `cropping must leave something of ${height} × ${width}. Received: ${show(args.cropping)}`,
    );
  },
  weights: () => [],
  flops: () => 0,
};
