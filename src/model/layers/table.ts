import {
  averagePooling2d,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  globalAveragePooling2d,
  globalMaxPooling2d,
  maxPooling2d,
  separableConv2d,
} from './convolution.ts';
import {
  activation,
  dense,
  dropout,
  elu,
  gaussianDropout,
  gaussianNoise,
  leakyReLU,
  reLU,
  softmax,
  spatialDropout2d,
} from './core.ts';
import type { LayerKind } from './layer.ts';
import { add, average, concatenate, maximum, multiply } from './merging.ts';
import {
  batchNormalization,
  layerNormalization,
  normalization,
  rescaling,
} from './normalization.ts';
import { cropping2d, flatten, permute, reshape, upSampling2d, zeroPadding2d } from './reshaping.ts';

/** All kinds of layers that an experiment file can use. */
export const layerKinds: Readonly<Record<string, LayerKind>> = {
  dense,
  dropout,
  batchNormalization,
  flatten,
  globalAveragePooling2d,
  globalMaxPooling2d,
  conv2d,
  separableConv2d,
  depthwiseConv2d,
  conv2dTranspose,
  maxPooling2d,
  averagePooling2d,
  activation,
  reLU,
  leakyReLU,
  elu,
  softmax,
  gaussianNoise,
  gaussianDropout,
  spatialDropout2d,
  layerNormalization,
  normalization,
  rescaling,
  reshape,
  permute,
  zeroPadding2d,
  cropping2d,
  upSampling2d,
  add,
  multiply,
  average,
  maximum,
  concatenate,
};
