import * as tf from '@tensorflow/tfjs';
import type { Json } from '../../common/json.ts';
import type { LayerArgs } from '../../experiment/experiment.ts';
import { border, pair } from '../layers/args.ts';
import { Dropout, type DropoutArgs, GaussianDropout, GaussianNoise } from './noise.ts';
import { BatchNormalization, LayerNormalization, Normalization } from './normalization.ts';
import './variance-scaling.ts';

/**
 * Creates a tfjs layer that computes like Keras. All layers are saved with class names of tfjs-layers, so that a browser can
 * load the model without cifar-run.
 */
export function createLayer(
  kind: string,
  args: Named<{ readonly [key: string]: Json | object }>,
): tf.layers.Layer {
  const factories = { ...tf.layers, ...OWN_FACTORIES } as unknown as Readonly<
    Record<string, Factory>
  >;
  const factory = factories[kind];
  if (!factory) throw new Error(`there is no factory for the layer ${kind}`);
  return factory(args);
}

type Named<Args = unknown> = Args & { readonly name: string };
type Factory = (args: Named<{ readonly [key: string]: unknown }>) => tf.layers.Layer;

/** tfjs-layers exports the factory, not the class. */
const TfjsReLU = tf.layers.reLU().constructor as (new (
  args?: Parameters<typeof tf.layers.reLU>[0],
) => tf.layers.Layer & { readonly maxValue?: number }) &
  Pick<typeof tf.layers.Layer, 'fromConfig'>;

/** ReLU6 as one operation with one gradient. tfjs-layers computes a ReLU and a clip. */
class ReLU extends TfjsReLU {
  static readonly className = 'ReLU';

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor | tf.Tensor[] {
    if (this.maxValue !== 6) return super.call(inputs, kwargs);
    return tf.relu6(Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs);
  }
}
tf.serialization.registerClass(ReLU);

/** The properties of tfjs' convolution layers. */
interface Convolution extends tf.layers.Layer {
  readonly kernelSize: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: 'same' | 'valid';
  readonly bias?: tf.LayerVariable | null;
  readonly activation: { apply(x: tf.Tensor): tf.Tensor } | null;
}

/** Computes a convolution without dilation, strides and padding. */
type Convolve<Layer> = (layer: Layer, x: tf.Tensor4D) => tf.Tensor4D;

/**
 * Makes a layer with a dilation rate above 1 trainable. tfjs and TensorFlow on a CPU have no gradient of dilated
 * convolutions. So every second (third, …) row and column is moved to the batch axis, and a plain convolution follows, as in
 * `with_space_to_batch` of TensorFlow.
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
      const axes = [height, width].map((size, axis) =>
        dilationPadding(layer, size as number, axis),
      );
      const paddings = axes.map(({ before, after, extra }) => [before, after + extra]);
      const batches = tf.spaceToBatchND(x, rates, paddings);
      const crops = axes.map(({ extra }) => [0, extra]);
      const convolved = tf.batchToSpaceND(convolve(layer, batches), rates, crops);
      const biased = layer.bias ? convolved.add(layer.bias.read()) : convolved;
      return layer.activation ? layer.activation.apply(biased) : biased;
    });
  return layer;
}

/** Returns the padding on both sides, and the extra padding to a multiple of the rate. */
function dilationPadding(
  { kernelSize, dilationRate, padding }: Convolution,
  size: number,
  axis: number,
) {
  const rate = dilationRate[axis] as number;
  const total = padding === 'same' ? ((kernelSize[axis] as number) - 1) * rate : 0;
  const before = Math.floor(total / 2);
  const extra = (rate - ((size + total) % rate)) % rate;
  return { before, after: total - before, extra };
}

/** Keeps `depthMultiplier`, which tfjs-layers leaves out, in `model.json`. */
function withDepthMultiplier(
  args: Parameters<typeof tf.layers.separableConv2d>[0],
): tf.layers.Layer {
  const layer = tf.layers.separableConv2d(args);
  const { depthMultiplier = 1 } = args;
  const getConfig = layer.getConfig.bind(layer);
  layer.getConfig = () => ({ ...getConfig(), depthMultiplier });
  return layer;
}

type Weight = tf.LayerVariable;

/** Factories for layers that tfjs-layers lacks or computes differently from Keras. */
const OWN_FACTORIES = {
  batchNormalization: (args: Named) => new BatchNormalization(args),
  dropout: (args: DropoutArgs) => new Dropout(args),
  spatialDropout2d: (args: DropoutArgs) => new Dropout({ ...args, noiseShape: [null, 1, 1, null] }),
  gaussianNoise: (args: Named<{ stddev: number }>) => new GaussianNoise(args),
  gaussianDropout: (args: Named<{ rate: number }>) => new GaussianDropout(args),
  normalization: (args: Named) => new Normalization(args),
  layerNormalization: (args: Named) => new LayerNormalization(args),
  reLU: (args: Named) => new ReLU(args),
  // That of tfjs-layers is along axis 1 by default.
  softmax: (args: Named) => tf.layers.softmax({ axis: -1, ...args }),
  // tfjs-layers takes no mixture of a number and a pair.
  cropping2d: (args: Named<LayerArgs>) =>
    tf.layers.cropping2D({ ...args, cropping: border(args, 'cropping', 0) }),
  zeroPadding2d: (args: Named<LayerArgs>) =>
    tf.layers.zeroPadding2d({ ...args, padding: border(args, 'padding', 1) }),
  // With a single number tfjs-layers returns an empty image.
  upSampling2d: (args: Parameters<typeof tf.layers.upSampling2d>[0] & LayerArgs) =>
    tf.layers.upSampling2d({ ...args, size: pair(args, 'size', [2, 2]) }),
  conv2d: (args: Parameters<typeof tf.layers.conv2d>[0]) =>
    withDilation(
      tf.layers.conv2d(args) as unknown as Convolution & { kernel: Weight },
      ({ kernel }, x) => tf.conv2d(x, kernel.read() as tf.Tensor4D, 1, 'valid'),
    ),
  separableConv2d: (args: Parameters<typeof tf.layers.separableConv2d>[0]) =>
    withDilation(
      withDepthMultiplier(args) as unknown as Convolution & {
        depthwiseKernel: Weight;
        pointwiseKernel: Weight;
      },
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
