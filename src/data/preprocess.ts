import * as tf from '@tensorflow/tfjs';
import type { DataConfig } from '../experiment/experiment.ts';
import { centredStart, interpolationWeights, resizedSize, type Size } from './resize.ts';

/** How bytes of pixels become numbers of the model's input: (pixel / divisor - mean) / deviation, by channel. */
export interface Normalization {
  /** The order of the channels of the model's input. Images are RGB. */
  readonly channelOrder: 'RGB' | 'BGR' | 'grey';
  readonly divisor: number;
  /** One for each channel, in that order, as `deviation`. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

type Mode = Omit<Normalization, 'channelOrder'>;

/** The modes for images of any number of channels. */
const MODES: Readonly<Record<Exclude<DataConfig['preprocess'], 'caffe' | 'torch'>, Mode>> = {
  tf: { divisor: 127.5, mean: [1], deviation: [1] },
  scale: { divisor: 255, mean: [0], deviation: [1] },
  lite: { divisor: 1, mean: [127], deviation: [128] },
  none: { divisor: 1, mean: [0], deviation: [1] },
};

/** The modes with means and deviations of the ImageNet training images: of BGR bytes, and of RGB divided by 255. */
const RGB_MODES: Readonly<Record<'caffe' | 'torch', Normalization>> = {
  caffe: {
    channelOrder: 'BGR',
    divisor: 1,
    mean: [103.939, 116.779, 123.68],
    deviation: [1, 1, 1],
  },
  torch: {
    channelOrder: 'RGB',
    divisor: 255,
    mean: [0.485, 0.456, 0.406],
    deviation: [0.229, 0.224, 0.225],
  },
};

/**
 * Returns the normalization of a mode: `keras.applications.imagenet_utils.preprocess_input`'s `caffe`, `torch` and `tf`;
 * `scale`, x / 255; or `lite`, that of EfficientNet-Lite (MEAN_RGB and STDDEV_RGB in
 * efficientnet/lite/efficientnet_lite_builder.py in tensorflow/tpu).
 *
 * @throws RangeError for `caffe` and `torch` on greyscale images; validation refuses such files earlier.
 */
export function normalizationOf(mode: DataConfig['preprocess'], channels: number): Normalization {
  if (mode === 'caffe' || mode === 'torch') {
    if (channels === 3) return RGB_MODES[mode];
    throw new RangeError(
      `preprocess: ${mode} needs images of 3 channels. Received: ${channels}; use scale, tf or none`,
    );
  }
  const { divisor, mean, deviation } = MODES[mode];
  const each = ([value = 0]: readonly number[]) => Array<number>(channels).fill(value);
  const channelOrder = channels === 1 ? 'grey' : 'RGB';
  return { channelOrder, divisor, mean: each(mean), deviation: each(deviation) };
}

/**
 * Normalizes images.
 * @param x NHWC, RGB or greyscale, float32, 0 to 255.
 */
export function normalizePixels(
  x: tf.Tensor4D,
  { channelOrder, divisor, mean, deviation }: Normalization,
): tf.Tensor4D {
  return tf.tidy(() => {
    let y = channelOrder === 'BGR' ? x.reverse<tf.Tensor4D>(3) : x.clone();
    if (divisor !== 1) y = y.div(divisor);
    if (mean.some((value) => value !== 0)) y = y.sub(constant(mean));
    if (deviation.some((value) => value !== 1)) y = y.div(constant(deviation));
    return y;
  });
}

/** A scalar is faster than a vector of equal values. */
function constant(values: readonly number[]): tf.Tensor {
  const [first = 0] = values;
  return values.every((value) => value === first) ? tf.scalar(first) : tf.tensor1d([...values]);
}

/** Normalizes images, also by a mode of `data.preprocess`; see {@link normalizePixels}, {@link normalizationOf}. */
export function preprocess(
  x: tf.Tensor4D,
  how: DataConfig['preprocess'] | Normalization,
): tf.Tensor4D {
  return normalizePixels(x, typeof how === 'string' ? normalizationOf(how, x.shape[3]) : how);
}

/**
 * Resizes images to the model's input and repeats the channel of greyscale images. The interpolation is Keras' (half-pixel
 * centres, no antialiasing).
 *
 * @param x NHWC, float32, 0 to 255.
 */
export function fitImages(
  x: tf.Tensor4D,
  [height, width, channels]: readonly [number, number, number],
  { fit, interpolation }: DataConfig['resize'],
): tf.Tensor4D {
  return tf.tidy(() => {
    const repeated = x.shape[3] === channels ? x : x.tile<tf.Tensor4D>([1, 1, 1, channels]);
    const [, rows, columns] = x.shape;
    if (rows === height && columns === width) return repeated.clone();
    const size = resizedSize([rows, columns], [height, width], fit);
    return centre(interpolate(repeated, size, interpolation), [height, width]);
  });
}

type Interpolation = DataConfig['resize']['interpolation'];

function interpolate(
  x: tf.Tensor4D,
  [height, width]: Size,
  interpolation: Interpolation,
): tf.Tensor4D {
  if (interpolation === 'bilinear') return tf.image.resizeBilinear(x, [height, width], false, true);
  const [count, rows, columns, channels] = x.shape;
  const vertical = tf.matMul(
    weightsOf(rows, height, interpolation),
    x.reshape([count, rows, columns * channels]),
  );
  const both = tf.matMul(
    weightsOf(columns, width, interpolation),
    vertical.reshape([count * height, columns, channels]),
  );
  return both.clipByValue(0, 255).reshape([count, height, width, channels]);
}

/** The weights, `[1, to, from]`, of the pixels of a line; see {@link interpolationWeights}. */
function weightsOf(from: number, to: number, interpolation: Interpolation): tf.Tensor3D {
  return tf.tensor3d([interpolationWeights(from, to, interpolation)], [1, to, from]);
}

/** Crops or pads images, the same on both sides. */
function centre(x: tf.Tensor4D, [height, width]: Size): tf.Tensor4D {
  const [count, rows, columns, channels] = x.shape;
  const [top, left] = [centredStart(rows, height), centredStart(columns, width)];
  const [keptRows, keptColumns] = [Math.min(rows, height), Math.min(columns, width)];
  const start = [0, Math.max(0, -top), Math.max(0, -left), 0];
  const kept = x.slice<tf.Tensor4D>(start, [count, keptRows, keptColumns, channels]);
  const around = (before: number, length: number, kept: number): [number, number] => {
    return [Math.max(0, before), length - kept - Math.max(0, before)];
  };
  return tf.pad4d(kept, [
    [0, 0],
    around(top, height, keptRows),
    around(left, width, keptColumns),
    [0, 0],
  ]);
}
