import * as tf from '@tensorflow/tfjs';
import { AttrType, DType } from '../attributes.ts';
import type { NodeJSKernelBackend } from '../backend.ts';
import { type Shape4D, spreadPixels } from './geometry.ts';
import type { TFEOpAttr } from './own-kernel.ts';

type Convolution = tf.backend_util.Conv2DInfo;

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
 * A convolution with stride 1 and `same` padding, or with a 1×1 filter, computed as one matrix product per filter tap. Unlike
 * oneDNN it does not multiply the padding, and does not convert the memory layout.
 */
export class MatMulConvolution {
  readonly #info: Convolution;
  readonly #filter: Shape4D;
  /** Taps that connect positions within the image. */
  readonly #taps: readonly Tap[];

  private constructor(info: Convolution, filter: Shape4D) {
    this.#info = info;
    this.#filter = filter;
    const columns = tapRanges(filter[1], info.outWidth);
    this.#taps = tapRanges(filter[0], info.outHeight).flatMap((row) =>
      columns.map((column) => ({ row, column })),
    );
  }

  /** Returns `null` for other kinds of convolutions. */
  static create(info: Convolution, filter: Shape4D): MatMulConvolution | null {
    const isPointwise = filter[0] === 1 && filter[1] === 1;
    const dense =
      info.strideHeight * info.strideWidth * info.dilationHeight * info.dilationWidth === 1;
    const centered = filter[0] % 2 === 1 && filter[1] % 2 === 1 && info.padInfo.type === 'SAME';
    const fits = isPointwise ? info.padInfo.type !== 'EXPLICIT' : dense && centered;
    return fits && info.dataFormat === 'channelsLast' ? new MatMulConvolution(info, filter) : null;
  }

  forward(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      const images = this.#sampled(x);
      return sum(
        this.#taps.map((tap) => {
          const product = tf.matMul(rows(images, tap, 'from'), this.#weights(filter, tap));
          return this.#padded(product, tap, 'to');
        }),
      );
    });
  }

  inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      const gradients = this.#taps.map((tap) => {
        const product = tf.matMul(rows(dy, tap, 'to'), this.#weights(filter, tap), false, true);
        return this.#padded(product, tap, 'from');
      });
      return this.#spread(sum(gradients));
    });
  }

  /** Computes the products one after another, so that the slices for only one of them are in memory. */
  filterGradient(
    backend: NodeJSKernelBackend,
    { x, dy }: Readonly<Record<'x' | 'dy', tf.Tensor4D>>,
  ): tf.Tensor4D {
    const [height, width, channels, units] = this.#filter;
    return tf.tidy(() => {
      const images = this.#sampled(x);
      const products = new Array<tf.Tensor2D | null>(height * width).fill(null);
      let last: tf.Tensor2D | null = null;
      for (const tap of this.#taps) {
        const [from, to]: readonly [tf.Tensor4D, tf.Tensor4D, tf.Tensor2D?] = last
          ? barrier(backend, images, dy, last)
          : [images, dy];
        last = tf.matMul<tf.Tensor2D>(rows(from, tap, 'from'), rows(to, tap, 'to'), true);
        products[tap.row.index * width + tap.column.index] = last;
      }
      const all = products.map((product) => product ?? tf.zeros([channels, units]));
      return tf.stack(all).reshape(this.#filter);
    });
  }

  /** Returns the pixels of the input that a convolution with strides reads. */
  #sampled(x: tf.Tensor4D): tf.Tensor4D {
    const { strideHeight, strideWidth } = this.#info;
    if (strideHeight * strideWidth === 1) return x;
    const strides = [1, strideHeight, strideWidth, 1];
    return tf.stridedSlice(x, [0, 0, 0, 0], x.shape, strides) as tf.Tensor4D;
  }

  /** The gradient of `#sampled`. */
  #spread(dy: tf.Tensor4D): tf.Tensor4D {
    const { batchSize, inHeight, inWidth, inChannels, strideHeight, strideWidth } = this.#info;
    if (strideHeight * strideWidth === 1) return dy;
    const spread = spreadPixels(dy, strideHeight, strideWidth);
    return tf.slice(spread, 0, [batchSize, inHeight, inWidth, inChannels]);
  }

  /** Returns the weights of a tap as a matrix `[channels, units]`. */
  #weights(filter: tf.Tensor4D, { row, column }: Tap): tf.Tensor2D {
    const [, , channels, units] = this.#filter;
    const weights = tf.slice(filter, [row.index, column.index, 0, 0], [1, 1, channels, units]);
    return weights.reshape([channels, units]);
  }

  /** Returns slices of images at their positions, surrounded by zeros. */
  #padded(values: tf.Tensor, { row, column }: Tap, side: 'from' | 'to'): tf.Tensor4D {
    const { batchSize, outHeight, outWidth } = this.#info;
    const images = values.reshape([batchSize, row.size, column.size, -1]) as tf.Tensor4D;
    return tf.pad(images, [
      [0, 0],
      [row[side], outHeight - row.size - row[side]],
      [column[side], outWidth - column.size - column[side]],
      [0, 0],
    ]);
  }
}

function sum(parts: readonly tf.Tensor4D[]): tf.Tensor4D {
  const [first] = parts as readonly [tf.Tensor4D];
  return parts.length === 1 ? first : tf.addN([...parts]);
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
