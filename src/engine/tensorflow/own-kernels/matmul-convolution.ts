import * as tf from '@tensorflow/tfjs';
import { AttrType, DType } from '../attributes.ts';
import type { NodeJSKernelBackend } from '../backend.ts';
import type { TFEOpAttr } from './own-kernel.ts';

export type Shape4D = [number, number, number, number];

/** The common attributes of the convolution kernels of tfjs; gradients have no dilations. */
export type ConvAttributes = Pick<tf.Conv2DAttrs, 'strides' | 'pad' | 'dataFormat'> &
  Partial<Pick<tf.Conv2DAttrs, 'dilations'>>;

/** One position of the filter along one axis, and the ranges of input and output that it connects. */
interface TapRange {
  readonly index: number;
  /** Start of the range in the input. */
  readonly from: number;
  /** Start of the range in the output. */
  readonly to: number;
  /** Length of both ranges. */
  readonly size: number;
}

/** One position of the filter. */
interface Tap {
  readonly row: TapRange;
  readonly column: TapRange;
}

/**
 * A convolution with stride 1 and `same` padding, computed as one matrix product per filter tap. Unlike oneDNN it does not
 * multiply the padding, and does not convert the memory layout.
 */
export class MatMulConvolution {
  readonly #input: Shape4D;
  readonly #filter: Shape4D;
  /** Taps that connect positions within the image. */
  readonly #taps: readonly Tap[];

  private constructor(input: Shape4D, filter: Shape4D) {
    this.#input = input;
    this.#filter = filter;
    const columns = tapRanges(filter[1], input[2]);
    this.#taps = tapRanges(filter[0], input[1]).flatMap((row) =>
      columns.map((column) => ({ row, column })),
    );
  }

  /** Returns `null` for other kinds of convolutions. */
  static create(
    input: Shape4D,
    filter: Shape4D,
    attributes: ConvAttributes,
  ): MatMulConvolution | null {
    const { strides, pad, dataFormat, dilations = 1 } = attributes;
    const dense = [strides, dilations].flat().every((n) => n === 1);
    const centered = filter[0] % 2 === 1 && filter[1] % 2 === 1;
    const fits = dense && centered && pad === 'same' && dataFormat === 'NHWC';
    return fits ? new MatMulConvolution(input, filter) : null;
  }

  forward(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
    const product = (tap: Tap) => tf.matMul(rows(x, tap, 'from'), this.#weights(filter, tap));
    return tf.tidy(() => tf.addN(this.#taps.map((tap) => this.#padded(product(tap), tap, 'to'))));
  }

  inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
    const product = (tap: Tap) =>
      tf.matMul(rows(dy, tap, 'to'), this.#weights(filter, tap), false, true);
    return tf.tidy(() => tf.addN(this.#taps.map((tap) => this.#padded(product(tap), tap, 'from'))));
  }

  /** Computes the products one after another, so that the slices for only one of them are in memory. */
  filterGradient(
    backend: NodeJSKernelBackend,
    { x, dy }: Readonly<Record<'x' | 'dy', tf.Tensor4D>>,
  ): tf.Tensor4D {
    const [height, width, channels, units] = this.#filter;
    return tf.tidy(() => {
      let last: tf.Tensor2D = tf.zeros([channels, units]);
      const products = new Array<tf.Tensor2D>(height * width).fill(last);
      for (const tap of this.#taps) {
        const [from, to] = barrier(backend, x, dy, last);
        last = tf.matMul(rows(from, tap, 'from'), rows(to, tap, 'to'), true);
        products[tap.row.index * width + tap.column.index] = last;
      }
      return tf.stack(products).reshape(this.#filter);
    });
  }

  /** Returns the weights of a tap as a matrix `[channels, units]`. */
  #weights(filter: tf.Tensor4D, { row, column }: Tap): tf.Tensor2D {
    const [, , channels, units] = this.#filter;
    const weights = tf.slice(filter, [row.index, column.index, 0, 0], [1, 1, channels, units]);
    return weights.reshape([channels, units]);
  }

  /** Returns slices of images at their positions, surrounded by zeros. */
  #padded(values: tf.Tensor, { row, column }: Tap, side: 'from' | 'to'): tf.Tensor4D {
    const [batch, height, width] = this.#input;
    const images = values.reshape([batch, row.size, column.size, -1]) as tf.Tensor4D;
    return tf.pad(images, [
      [0, 0],
      [row[side], height - row.size - row[side]],
      [column[side], width - column.size - column[side]],
      [0, 0],
    ]);
  }
}

function tapRanges(filter: number, image: number): TapRange[] {
  return Array.from({ length: filter }, (_, index) => {
    const shift = index - (filter - 1) / 2;
    const [from, to] = [Math.max(0, shift), Math.max(0, -shift)];
    return { index, from, to, size: image - Math.abs(shift) };
  }).filter(({ size }) => size > 0);
}

/** Returns the input or output slices of a tap as a matrix `[batch · rows · columns, channels]`. */
function rows(images: tf.Tensor4D, { row, column }: Tap, side: 'from' | 'to'): tf.Tensor2D {
  const [batch, , , channels] = images.shape;
  const size: Shape4D = [batch, row.size, column.size, channels];
  const slice = tf.slice(images, [0, row[side], column[side], 0], size);
  return slice.reshape([batch * row.size * column.size, channels]);
}

/**
 * Returns the same float32 tensors, none of which is available before all are. Without it, a compiled function runs an
 * operation as early as possible, and keeps its result in memory until the other operands are ready.
 */
function barrier<T extends readonly tf.Tensor[]>(backend: NodeJSKernelBackend, ...tensors: T): T {
  const types = tensors.map(() => DType.float32);
  // The attribute type of tfjs-node has no lists.
  const attribute = { name: 'T', type: AttrType.type, value: types } as unknown as TFEOpAttr;
  const outputs = backend.executeMultipleOutputs(
    'IdentityN',
    [attribute],
    [...tensors],
    types.length,
  );
  return outputs as unknown as T;
}
