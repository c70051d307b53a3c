import type { Backbone } from './backbone.ts';
import { vgg } from './vgg.ts';

/** Simonyan and Zisserman 2015; keras/src/applications/vgg19.py. */
export const vgg19: Backbone = {
  name: 'vgg19',
  preprocess: 'caffe',
  hasAlpha: false,
  layers: ({ inputShape }) => vgg(inputShape, [2, 2, 4, 4, 4]),
};
