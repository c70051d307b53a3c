import * as tf from '@tensorflow/tfjs';
import type { DataConfig } from '../experiment/experiment.ts';

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
 * Resizes images to the model's input and repeats the channel of greyscale images. The interpolation is
 * Keras' bilinear one (half-pixel centres, no antialiasing).
 *
 * @param x NHWC, float32, 0 to 255.
 */
export function fitImages(
  x: tf.Tensor4D,
  [height, width, channels]: readonly [number, number, number],
): tf.Tensor4D {
  return tf.tidy(() => {
    const repeated = x.shape[3] === channels ? x : x.tile<tf.Tensor4D>([1, 1, 1, channels]);
    if (x.shape[1] === height && x.shape[2] === width) return repeated.clone();
    return tf.image.resizeBilinear(repeated, [height, width], false, true);
  });
}
