import * as tf from '@tensorflow/tfjs';
import { AttrType } from '../attributes.ts';
import { DType } from '../dtypes.ts';
import type { NodeJSKernelBackend } from '../kernels.ts';
import type { TFEOpAttr } from './own-kernel.ts';

export type Shape4D = [number, number, number, number];

/** What all of tfjs' kernels of convolutions have; gradients have no dilations. */
export type ConvAttributes = Pick<tf.Conv2DAttrs, 'strides' | 'pad' | 'dataFormat'> &
  Partial<Pick<tf.Conv2DAttrs, 'dilations'>>;

/** Along one axis, a place of the filter, and where the parts of a image begin that it leads from and to. */
interface Reach {
  readonly index: number;
  readonly from: number;
  readonly to: number;
  /** Of both parts. */
  readonly size: number;
}

interface Tap {
  readonly row: Reach;
  readonly column: Reach;
}

/**
 * A convolution of stride 1 that keeps the size of images, as products of matrices, one for each tap of the
 * filter: what lies outside of the images is not multiplied, and nothing is brought into the order of oneDNN's
 * convolutions and back.
 */
export class TapProducts {
  readonly #input: Shape4D;
  readonly #filter: Shape4D;
  /** Those that lead from a place of the image to another. */
  readonly #taps: readonly Tap[];

  private constructor(input: Shape4D, filter: Shape4D) {
    this.#input = input;
    this.#filter = filter;
    const columns = reaches(filter[1], input[2]);
    this.#taps = reaches(filter[0], input[1]).flatMap((row) =>
      columns.map((column) => ({ row, column })),
    );
  }

  /** `null` where the convolution is of another kind. */
  static of(input: Shape4D, filter: Shape4D, attributes: ConvAttributes): TapProducts | null {
    const { strides, pad, dataFormat, dilations = 1 } = attributes;
    const dense = [strides, dilations].flat().every((n) => n === 1);
    const centered = filter[0] % 2 === 1 && filter[1] % 2 === 1;
    const fits = dense && centered && pad === 'same' && dataFormat === 'NHWC';
    return fits ? new TapProducts(input, filter) : null;
  }

  forward(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
    const product = (tap: Tap) => tf.matMul(part(x, tap, 'from'), this.#weights(filter, tap));
    return tf.tidy(() => tf.addN(this.#taps.map((tap) => this.#placed(product(tap), tap, 'to'))));
  }

  inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
    const product = (tap: Tap) =>
      tf.matMul(part(dy, tap, 'to'), this.#weights(filter, tap), false, true);
    return tf.tidy(() => tf.addN(this.#taps.map((tap) => this.#placed(product(tap), tap, 'from'))));
  }

  /** One product after another, so that the parts of images for only one of them are in memory. */
  filterGradient(
    backend: NodeJSKernelBackend,
    { x, dy }: Readonly<Record<'x' | 'dy', tf.Tensor4D>>,
  ): tf.Tensor4D {
    const [rows, columns, channels, units] = this.#filter;
    return tf.tidy(() => {
      let last: tf.Tensor2D = tf.zeros([channels, units]);
      const products = new Array<tf.Tensor2D>(rows * columns).fill(last);
      for (const tap of this.#taps) {
        const [from, to] = together(backend, x, dy, last);
        last = tf.matMul(part(from, tap, 'from'), part(to, tap, 'to'), true);
        products[tap.row.index * columns + tap.column.index] = last;
      }
      return tf.stack(products).reshape(this.#filter);
    });
  }

  /** `[channels, units]` */
  #weights(filter: tf.Tensor4D, { row, column }: Tap): tf.Tensor2D {
    const [, , channels, units] = this.#filter;
    const weights = tf.slice(filter, [row.index, column.index, 0, 0], [1, 1, channels, units]);
    return weights.reshape([channels, units]);
  }

  /** A part of images where it belongs, zeros around it. */
  #placed(values: tf.Tensor, { row, column }: Tap, side: 'from' | 'to'): tf.Tensor4D {
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

function reaches(filter: number, image: number): Reach[] {
  return Array.from({ length: filter }, (_, index) => {
    const shift = index - (filter - 1) / 2;
    const [from, to] = [Math.max(0, shift), Math.max(0, -shift)];
    return { index, from, to, size: image - Math.abs(shift) };
  }).filter(({ size }) => size > 0);
}

/** `[batch · rows · columns, channels]` of the part of images that a tap leads from, or to. */
function part(images: tf.Tensor4D, { row, column }: Tap, side: 'from' | 'to'): tf.Tensor2D {
  const [batch, , , channels] = images.shape;
  const size: Shape4D = [batch, row.size, column.size, channels];
  const at = tf.slice(images, [0, row[side], column[side], 0], size);
  return at.reshape([batch * row.size * column.size, channels]);
}

/**
 * The same tensors of float32, none of which is there before all are. In a compiled function TensorFlow otherwise does
 * what takes one of them as early as it can, and holds the result until the others come.
 */
export function together<T extends readonly tf.Tensor[]>(
  backend: NodeJSKernelBackend,
  ...tensors: T
): T {
  const types = tensors.map(() => DType.float32);
  // tfjs-node's type of attributes has no lists.
  const attribute = { name: 'T', type: AttrType.type, value: types } as unknown as TFEOpAttr;
  const outputs = backend.executeMultipleOutputs(
    'IdentityN',
    [attribute],
    [...tensors],
    types.length,
  );
  return outputs as unknown as T;
}
