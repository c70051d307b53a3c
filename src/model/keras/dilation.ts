import * as tf from '@tensorflow/tfjs';

/** What tfjs' convolutions keep of their arguments, and their weights. */
interface Convolution extends tf.layers.Layer {
  readonly kernelSize: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: 'same' | 'valid';
  readonly bias?: tf.LayerVariable | null;
  readonly activation: { apply(x: tf.Tensor): tf.Tensor } | null;
}

/** The convolution itself, without dilation, strides or padding. */
type Convolve<Layer> = (layer: Layer, x: tf.Tensor4D) => tf.Tensor4D;

/**
 * Lets a layer with a dilation rate above 1 learn: tfjs and TensorFlow's CPU have no gradient of such a
 * convolution. It is a plain one over every second (third, …) row and column, which spaceToBatchND puts
 * side by side, as in TensorFlow's own `with_space_to_batch`.
 */
function withDilation<Layer extends Convolution>(
  layer: Layer,
  convolve: Convolve<Layer>,
): tf.layers.Layer {
  const rates = [...layer.dilationRate];
  if (rates.every((rate) => rate === 1)) return layer;
  layer.call = (inputs) =>
    tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const [height, width] = x.shape.slice(1);
      const axes = [height, width].map((size, axis) => paddingOf(layer, size as number, axis));
      const apart = tf.spaceToBatchND(
        x,
        rates,
        axes.map(({ before, after, extra }) => [before, after + extra]),
      );
      const crops = axes.map(({ extra }) => [0, extra]);
      const together = tf.batchToSpaceND(convolve(layer, apart), rates, crops);
      const biased = layer.bias ? together.add(layer.bias.read()) : together;
      return layer.activation ? layer.activation.apply(biased) : biased;
    });
  return layer;
}

/** Rows or columns of zeros on either side, and how many more make a multiple of the rate. */
function paddingOf({ kernelSize, dilationRate, padding }: Convolution, size: number, axis: number) {
  const rate = dilationRate[axis] as number;
  const total = padding === 'same' ? ((kernelSize[axis] as number) - 1) * rate : 0;
  const before = Math.floor(total / 2);
  const extra = (rate - ((size + total) % rate)) % rate;
  return { before, after: total - before, extra };
}

type Weight = tf.LayerVariable;

export const dilatable = {
  conv2d: (layer: tf.layers.Layer) =>
    withDilation(layer as Convolution & { kernel: Weight }, ({ kernel }, x) =>
      tf.conv2d(x, kernel.read() as tf.Tensor4D, 1, 'valid'),
    ),
  depthwiseConv2d: (layer: tf.layers.Layer) =>
    withDilation(layer as Convolution & { depthwiseKernel: Weight }, ({ depthwiseKernel }, x) =>
      tf.depthwiseConv2d(x, depthwiseKernel.read() as tf.Tensor4D, 1, 'valid'),
    ),
  separableConv2d: (layer: tf.layers.Layer) =>
    withDilation(
      layer as Convolution & { depthwiseKernel: Weight; pointwiseKernel: Weight },
      ({ depthwiseKernel, pointwiseKernel }, x) =>
        tf.separableConv2d(
          x,
          depthwiseKernel.read() as tf.Tensor4D,
          pointwiseKernel.read() as tf.Tensor4D,
          1,
          'valid',
        ),
    ),
};
