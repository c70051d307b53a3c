import * as tf from '@tensorflow/tfjs';
import type { DataConfig } from '../experiment/experiment.ts';

/** Means and deviations of the ImageNet training images: BGR bytes, and RGB divided by 255. */
const caffeMean = [103.939, 116.779, 123.68];
const torchMean = [0.485, 0.456, 0.406];
const torchDeviation = [0.229, 0.224, 0.225];

/**
 * Scales images as `keras.applications.imagenet_utils.preprocess_input` does in its modes `caffe`,
 * `torch` and `tf`; `scale` is x / 255.
 *
 * @param x NHWC, RGB or grey, float32, 0 to 255.
 * @throws RangeError for `caffe` and `torch` on grey images, which the rules of files know before.
 */
export function preprocess(x: tf.Tensor4D, mode: DataConfig['preprocess']): tf.Tensor4D {
  if ((mode === 'caffe' || mode === 'torch') && x.shape[3] !== 3)
    throw new RangeError(
      `preprocess: ${mode} takes images of 3 channels, received ${x.shape[3]}; use scale, tf or none`,
    );
  return tf.tidy(() => {
    switch (mode) {
      case 'caffe':
        return x.reverse(3).sub(caffeMean);
      case 'torch':
        return x.div<tf.Tensor4D>(255).sub(torchMean).div(torchDeviation);
      case 'tf':
        return x.div<tf.Tensor4D>(127.5).sub(1);
      case 'scale':
        return x.div(255);
      case 'none':
        return x.clone();
    }
  });
}

/**
 * Gives images the size and channels that the model takes: grey ones become RGB by repeating, and
 * another size is reached by Keras' bilinear interpolation (half-pixel centers, no antialiasing).
 *
 * @param x NHWC, float32, 0 to 255.
 */
export function fitImages(
  x: tf.Tensor4D,
  [height, width, channels]: readonly [number, number, number],
): tf.Tensor4D {
  return tf.tidy(() => {
    const coloured = x.shape[3] === channels ? x : x.tile<tf.Tensor4D>([1, 1, 1, channels]);
    if (x.shape[1] === height && x.shape[2] === width) return coloured.clone();
    return tf.image.resizeBilinear(coloured, [height, width], false, true);
  });
}
