import { InputError } from '../../common/errors.ts';
import {
  border,
  elementCount,
  formatArgument,
  imageInput,
  pair,
  singleInput,
  wholeNumbers,
} from './args.ts';
import type { LayerKind } from './layer.ts';

export const flatten: LayerKind = {
  kind: 'flatten',
  className: 'Flatten',
  args: [],
  outputShape: (inputs) => [elementCount(singleInput(inputs))],
  weights: () => [],
  flops: () => 0,
};

/** One size may be -1, and is inferred. */
export const reshape: LayerKind = {
  kind: 'reshape',
  className: 'Reshape',
  main: 'targetShape',
  args: ['targetShape'],
  outputShape(inputs, args) {
    const total = elementCount(singleInput(inputs));
    const target = wholeNumbers(args, 'targetShape');
    const inferred = total / elementCount(target.filter((size) => size !== -1));
    const shape = target.map((size) => (size === -1 ? inferred : size));
    if (
      shape.length > 0 &&
      shape.every((size) => size > 0 && Number.isInteger(size)) &&
      elementCount(shape) === total
    ) {
      return shape;
    }
    throw new InputError(
      `targetShape must hold the ${total} numbers of the input ${formatArgument(singleInput(inputs))}. Received: ${formatArgument(target)}`,
    );
  },
  weights: () => [],
  flops: () => 0,
};

/** `dims: [2, 1]` swaps the first two axes; axes count from 1, as in Keras. */
export const permute: LayerKind = {
  kind: 'permute',
  className: 'Permute',
  main: 'dims',
  args: ['dims'],
  outputShape(inputs, args) {
    const shape = singleInput(inputs);
    const dims = wholeNumbers(args, 'dims');
    if (formatArgument(dims.toSorted()) === formatArgument(shape.map((_, axis) => axis + 1))) {
      return dims.map((axis) => shape[axis - 1] ?? 0);
    }
    throw new InputError(
      `dims must name each axis from 1 to ${shape.length} once. Received: ${formatArgument(dims)}`,
    );
  },
  weights: () => [],
  flops: () => 0,
};

export const cropping2d: LayerKind = {
  kind: 'cropping2d',
  className: 'Cropping2D',
  main: 'cropping',
  args: ['cropping'],
  outputShape(inputs, args) {
    const [height, width, channels] = imageInput(inputs);
    const [[top, bottom], [left, right]] = border(args, 'cropping', 0);
    const output = [height - top - bottom, width - left - right, channels];
    if (Math.min(...output) > 0) return output;
    throw new InputError(
      `cropping must leave something of ${height} × ${width}. Received: ${formatArgument(args.cropping)}`,
    );
  },
  weights: () => [],
  flops: () => 0,
};

export const zeroPadding2d: LayerKind = {
  kind: 'zeroPadding2d',
  className: 'ZeroPadding2D',
  main: 'padding',
  args: ['padding'],
  outputShape(inputs, args) {
    const [height, width, channels] = imageInput(inputs);
    const [[top, bottom], [left, right]] = border(args, 'padding', 1);
    return [height + top + bottom, width + left + right, channels];
  },
  weights: () => [],
  flops: () => 0,
};

export const upSampling2d: LayerKind = {
  kind: 'upSampling2d',
  className: 'UpSampling2D',
  main: 'size',
  args: ['size', 'interpolation'],
  outputShape(inputs, args) {
    const [height, width, channels] = imageInput(inputs);
    const [rows, columns] = pair(args, 'size', [2, 2]);
    return [height * rows, width * columns, channels];
  },
  weights: () => [],
  flops: () => 0,
};
