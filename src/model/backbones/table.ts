import type { Backbone } from './backbone.ts';
import { convNeXtTiny } from './convnext.ts';
import { densenet121 } from './densenet.ts';
import {
  efficientnetB0,
  efficientnetB1,
  efficientnetB2,
  efficientnetB3,
  efficientnetLite0,
  efficientnetLite1,
  efficientnetLite2,
} from './efficientnet.ts';
import { efficientnetV2B0, efficientnetV2B1, efficientnetV2B2 } from './efficientnet-v2.ts';
import { mobilenet, mobilenetV2 } from './mobilenet.ts';
import { mobilenetV3Large, mobilenetV3Small } from './mobilenet-v3.ts';
import { resnet50, resnet50v2 } from './resnet.ts';
import { vgg16, vgg19 } from './vgg.ts';

/** All backbones that an experiment file can name. */
export const backbones: Readonly<Record<string, Backbone>> = {
  vgg16,
  vgg19,
  resnet50,
  resnet50v2,
  mobilenet,
  mobilenetV2,
  mobilenetV3Small,
  mobilenetV3Large,
  efficientnetB0,
  efficientnetB1,
  efficientnetB2,
  efficientnetB3,
  efficientnetLite0,
  efficientnetLite1,
  efficientnetLite2,
  efficientnetV2B0,
  efficientnetV2B1,
  efficientnetV2B2,
  densenet121,
  convNeXtTiny,
};
