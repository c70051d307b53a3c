import * as tf from '@tensorflow/tfjs';
import type { DataConfig } from '../experiment/experiment.ts';
import { centredStart, kernelWeight, resizedSize, type Size } from './resize.ts';

/** Means and deviations of the ImageNet training images: of BGR bytes, and of RGB divided by 255. */
const CAFFE_MEAN = [103.939, 116.779, 123.68];
const TORCH_MEAN = [0.485, 0.456, 0.406];
const TORCH_DEVIATION = [0.229, 0.224, 0.225];

/**
 * Scales images as `keras.applications.imagenet_utils.preprocess_input` does in its modes `caffe`,
 * `torch` and `tf`. The mode `scale` is x / 255; `lite` is that of EfficientNet-Lite (MEAN_RGB and STDDEV_RGB in
 * efficientnet/lite/efficientnet_lite_builder.py in tensorflow/tpu).
 *
 * @param x NHWC, RGB or greyscale, float32, 0 to 255.
 * @throws RangeError for `caffe` and `torch` on greyscale images; validation refuses such files earlier.
 */
export function preprocess(x: tf.Tensor4D, mode: DataConfig['preprocess']): tf.Tensor4D {
  if ((mode === 'caffe' || mode === 'torch') && x.shape[3] !== 3)
    throw new RangeError(
      `preprocess: ${mode} needs images of 3 channels. Received: ${x.shape[3]}; use scale, tf or none`,
    );
  return tf.tidy(() => {
    switch (mode) {
      case 'caffe':
        return x.reverse(3).sub(CAFFE_MEAN);
      case 'torch':
        return x.div<tf.Tensor4D>(255).sub(TORCH_MEAN).div(TORCH_DEVIATION);
      case 'tf':
        return x.div<tf.Tensor4D>(127.5).sub(1);
      case 'scale':
        return x.div(255);
      case 'lite':
        return x.sub<tf.Tensor4D>(127).div(128);
      case 'none':
        return x.clone();
    }
  });
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

/** The weights, `[1, to, from]`, of the `from` pixels of a line in each of `to` pixels. */
function weightsOf(from: number, to: number, interpolation: Interpolation): tf.Tensor3D {
  const weights = Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const row = Array.from({ length: from }, (_, at) => kernelWeight(interpolation, at - centre));
    const total = row.reduce((sum, weight) => sum + weight, 0);
    return row.map((weight) => weight / total);
  });
  return tf.tensor3d([weights], [1, to, from]);
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
