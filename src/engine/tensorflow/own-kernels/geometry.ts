import * as tf from '@tensorflow/tfjs';

export type Shape4D = [number, number, number, number];

/** The common attributes of the convolution kernels of tfjs; gradients have no dilations, depthwise ones no format. */
export type ConvAttributes = Pick<tf.Conv2DAttrs, 'strides' | 'pad'> &
  Partial<Pick<tf.Conv2DAttrs, 'dataFormat' | 'dilations' | 'dimRoundingMode'>>;

/** Returns the sizes, strides and padding of a convolution. */
export function convolutionInfo(
  input: Shape4D,
  filter: Shape4D,
  { strides, pad, dataFormat = 'NHWC', dilations = 1, dimRoundingMode }: ConvAttributes,
  isDepthwise = false,
): tf.backend_util.Conv2DInfo {
  return tf.backend_util.computeConv2DInfo(
    input,
    filter,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    isDepthwise,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
}

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
