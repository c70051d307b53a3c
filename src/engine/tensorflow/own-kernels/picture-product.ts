import * as tf from '@tensorflow/tfjs';

/** Pictures of a batch from which on it is worth it: filters are copied out once for all of them. */
const LEAST_BATCH = 16;
/** Places of a picture up to which it is. */
const MOST_PLACES = 4;

export type Shape4D = [number, number, number, number];

/** What all of tfjs' kernels of convolutions have; gradients have no dilations. */
export type ConvAttributes = Pick<tf.Conv2DAttrs, 'strides' | 'pad' | 'dataFormat'> &
  Partial<Pick<tf.Conv2DAttrs, 'dilations'>>;

/**
 * Convolutions of pictures of at most 2×2 by filters that reach from each place to all others, as VGG19's last four
 * layers do at 32×32: each place of the output is a product of the whole picture and the taps that lead there.
 * oneDNN multiplies what lies outside of the picture as well, which is more than half. Measured on two cores, 512
 * channels, forward and both gradients: 25 ms as convolutions and 11 as products for 32 pictures, 81 and 20 for 128.
 */
export class PictureProduct {
  readonly #places: number;
  readonly #taps: number;
  /** For each place of the output and each of the input, the tap that leads from there: `[places²]`. */
  readonly #tapOf: readonly number[];
  readonly #filter: Shape4D;

  private constructor([, height, width]: Shape4D, filter: Shape4D) {
    const rows = Array.from({ length: height * width }, (_, i) => Math.floor(i / width));
    const [centerRow, centerColumn] = [(filter[0] - 1) / 2, (filter[1] - 1) / 2];
    this.#places = height * width;
    this.#taps = filter[0] * filter[1];
    this.#filter = filter;
    this.#tapOf = rows.flatMap((toRow, to) =>
      rows.map((row, from) => {
        const column = (from % width) - (to % width) + centerColumn;
        return (row - toRow + centerRow) * filter[1] + column;
      }),
    );
  }

  /** `null` where it is none, or not worth it. */
  static of(input: Shape4D, filter: Shape4D, attributes: ConvAttributes): PictureProduct | null {
    const { strides, pad, dataFormat, dilations = 1 } = attributes;
    const [batch, height, width] = input;
    const isPlain =
      [strides, dilations].flat().every((n) => n === 1) && pad === 'same' && dataFormat === 'NHWC';
    const reachesAll = [height, width].every((size, axis) => {
      const reach = filter[axis] as number;
      return reach % 2 === 1 && reach >= 2 * size - 1;
    });
    const isPointwise = filter[0] * filter[1] === 1;
    const isWorthIt = batch >= LEAST_BATCH && height * width <= MOST_PLACES && !isPointwise;
    return isPlain && reachesAll && isWorthIt ? new PictureProduct(input, filter) : null;
  }

  forward(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor {
    return tf.tidy(() => {
      const byPlace = tf.matMul(this.#whole(x), this.#spread(filter));
      return byPlace.transpose([1, 0, 2]).reshape([...x.shape.slice(0, 3), filter.shape[3]]);
    });
  }

  inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, shape: Shape4D): tf.Tensor {
    return tf.tidy(() =>
      tf.matMul(this.#byPlace(dy), this.#spread(filter), false, true).sum(0).reshape(shape),
    );
  }

  filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D): tf.Tensor {
    return tf.tidy(() => {
      const spread = tf.matMul(this.#whole(x), this.#byPlace(dy), true);
      const [, , channels, units] = this.#filter;
      const rows = spread.reshape([this.#tapOf.length, channels * units]) as tf.Tensor2D;
      // As a product it is summed on all cores; a sum of segments takes twice as long.
      const membership = tf.oneHot(this.#indices(), this.#taps, 1, 0, 'float32') as tf.Tensor2D;
      return tf.matMul(membership, rows, true).reshape(this.#filter);
    });
  }

  /** `[1, batch, places · channels]` */
  #whole(x: tf.Tensor4D): tf.Tensor3D {
    return x.reshape([1, x.shape[0], this.#places * x.shape[3]]);
  }

  /** `[places, batch, units]` */
  #byPlace(dy: tf.Tensor4D): tf.Tensor3D {
    return dy.reshape([dy.shape[0], this.#places, dy.shape[3]]).transpose([1, 0, 2]) as tf.Tensor3D;
  }

  /** `[places of the output, places of the input · channels, units]` */
  #spread(filter: tf.Tensor4D): tf.Tensor3D {
    const [, , channels, units] = this.#filter;
    const taps = filter.reshape([this.#taps, channels * units]);
    const places = this.#places;
    return taps.gather(this.#indices()).reshape([places, places * channels, units]);
  }

  #indices(): tf.Tensor1D {
    return tf.tensor1d([...this.#tapOf], 'int32');
  }
}
