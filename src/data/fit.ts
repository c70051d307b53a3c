import * as tf from '@tensorflow/tfjs';

/**
 * Gives pictures the size and channels that the model takes: grey ones become RGB by repeating, and
 * another size is reached by Keras' bilinear interpolation (half-pixel centers, no antialiasing).
 *
 * @param x NHWC, float32, 0 to 255.
 */
export function fitPictures(
  x: tf.Tensor4D,
  [height, width, channels]: readonly [number, number, number],
): tf.Tensor4D {
  return tf.tidy(() => {
    const coloured = x.shape[3] === channels ? x : x.tile<tf.Tensor4D>([1, 1, 1, channels]);
    if (x.shape[1] === height && x.shape[2] === width) return coloured.clone();
    return tf.image.resizeBilinear(coloured, [height, width], false, true);
  });
}
