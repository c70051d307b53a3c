import * as tf from '@tensorflow/tfjs';

/** Appends `rows - 1` rows of zeros to each row, and `columns - 1` columns to each column. */
export function spreadPixels(images: tf.Tensor4D, rows: number, columns: number): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const zeros = (count: number): [number, number] => [0, count - 1];
  const wide = tf
    .pad(images.reshape([batch * height, width, 1, channels]), [
      [0, 0],
      [0, 0],
      zeros(columns),
      [0, 0],
    ])
    .reshape([batch, height, 1, width * columns * channels]);
  const high = tf.pad(wide, [[0, 0], [0, 0], zeros(rows), [0, 0]]);
  return high.reshape([batch, height * rows, width * columns, channels]);
}
