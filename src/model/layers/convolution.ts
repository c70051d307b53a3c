import type { LayerArgs } from '../../config/experiment.ts';
import { InputError } from '../../errors.ts';
import type { Shape } from '../graph.ts';
import { type Padding, padding, pair, picture, show } from './args.ts';

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
 * Height and width after a window slides over a picture, as TensorFlow counts them.
 * @throws InputError when the window is larger than the picture.
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
  return slide(picture(inputs), window, strides, padding(args));
}
