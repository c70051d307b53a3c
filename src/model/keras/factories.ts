import * as tf from '@tensorflow/tfjs';
import type { Json } from '../../common/json.ts';
import type { LayerArgs } from '../../experiment/experiment.ts';
import { pair } from '../layers/args.ts';
import { BatchNormalization } from './batchNormalization.ts';
import { dilatable } from './dilation.ts';
import { LayerNormalization, Normalization, ReLU } from './layers.ts';
import { Dropout, type DropoutArgs, GaussianDropout, GaussianNoise } from './noise.ts';
import './varianceScaling.ts';

type Named<Args = unknown> = Args & { readonly name: string };
type Factory = (args: Named<{ readonly [key: string]: unknown }>) => tf.layers.Layer;

const keras = {
  batchNormalization: (args: Named) => new BatchNormalization(args),
  dropout: (args: DropoutArgs) => new Dropout(args),
  spatialDropout2d: (args: DropoutArgs) => new Dropout({ ...args, noiseShape: [null, 1, 1, null] }),
  gaussianNoise: (args: Named<{ stddev: number }>) => new GaussianNoise(args),
  gaussianDropout: (args: Named<{ rate: number }>) => new GaussianDropout(args),
  normalization: (args: Named) => new Normalization(args),
  layerNormalization: (args: Named) => new LayerNormalization(args),
  reLU: (args: Named) => new ReLU(args),
  cropping2d: tf.layers.cropping2D,
  // tfjs-layers makes an empty image of a bare number.
  upSampling2d: (args: Parameters<typeof tf.layers.upSampling2d>[0] & LayerArgs) =>
    tf.layers.upSampling2d({ ...args, size: pair(args, 'size', [2, 2]) }),
  conv2d: (args: Parameters<typeof tf.layers.conv2d>[0]) =>
    dilatable.conv2d(tf.layers.conv2d(args)),
  depthwiseConv2d: (args: Parameters<typeof tf.layers.depthwiseConv2d>[0]) =>
    dilatable.depthwiseConv2d(tf.layers.depthwiseConv2d(args)),
  separableConv2d: (args: Parameters<typeof tf.layers.separableConv2d>[0]) =>
    dilatable.separableConv2d(tf.layers.separableConv2d(args)),
};

/**
 * Makes the object that computes a layer, of the class whose arithmetic is Keras'. All are saved under
 * class names of plain tfjs-layers, so that a browser loads the model without cifar-run.
 */
export function createLayer(
  kind: string,
  args: Named<{ readonly [key: string]: Json | object }>,
): tf.layers.Layer {
  const factories = { ...tf.layers, ...keras } as unknown as Readonly<Record<string, Factory>>;
  const factory = factories[kind];
  if (!factory) throw new Error(`no factory makes a ${kind}`);
  return factory(args);
}
