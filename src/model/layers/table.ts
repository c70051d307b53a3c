import { activation } from './activation.ts';
import { add } from './add.ts';
import { average } from './average.ts';
import { averagePooling2d } from './averagePooling2d.ts';
import { batchNormalization } from './batchNormalization.ts';
import { concatenate } from './concatenate.ts';
import { conv2d } from './conv2d.ts';
import { conv2dTranspose } from './conv2dTranspose.ts';
import { cropping2d } from './cropping2d.ts';
import { dense } from './dense.ts';
import { depthwiseConv2d } from './depthwiseConv2d.ts';
import { dropout } from './dropout.ts';
import { elu } from './elu.ts';
import { flatten } from './flatten.ts';
import { gaussianDropout } from './gaussianDropout.ts';
import { gaussianNoise } from './gaussianNoise.ts';
import { globalAveragePooling2d } from './globalAveragePooling2d.ts';
import { globalMaxPooling2d } from './globalMaxPooling2d.ts';
import type { LayerKind } from './layer.ts';
import { layerNormalization } from './layerNormalization.ts';
import { leakyReLU } from './leakyReLU.ts';
import { maximum } from './maximum.ts';
import { maxPooling2d } from './maxPooling2d.ts';
import { multiply } from './multiply.ts';
import { normalization } from './normalization.ts';
import { permute } from './permute.ts';
import { reLU } from './reLU.ts';
import { rescaling } from './rescaling.ts';
import { reshape } from './reshape.ts';
import { separableConv2d } from './separableConv2d.ts';
import { softmax } from './softmax.ts';
import { spatialDropout2d } from './spatialDropout2d.ts';
import { upSampling2d } from './upSampling2d.ts';
import { zeroPadding2d } from './zeroPadding2d.ts';

/** Every kind of layer that an experiment file can name. */
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
