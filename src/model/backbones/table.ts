import type { Backbone } from './backbone.ts';
import { efficientnetB0 } from './efficientnetB0.ts';
import { mobilenet } from './mobilenet.ts';
import { mobilenetV2 } from './mobilenetV2.ts';
import { resnet50 } from './resnet50.ts';
import { resnet50v2 } from './resnet50v2.ts';
import { vgg16, vgg19 } from './vgg.ts';

/** Every backbone that an experiment file can name. */
export const backbones: Readonly<Record<string, Backbone>> = {
  vgg16,
  vgg19,
  resnet50,
  resnet50v2,
  mobilenet,
  mobilenetV2,
  efficientnetB0,
};
