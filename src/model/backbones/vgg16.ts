import type { Backbone } from './backbone.ts';
import { vgg } from './vgg.ts';

/** Simonyan and Zisserman 2015; keras/src/applications/vgg16.py. */
export const vgg16: Backbone = {
  name: 'vgg16',
  preprocess: 'caffe',
  hasAlpha: false,
  layers: ({ inputShape }) => vgg(inputShape, [2, 2, 3, 3, 3]),
};
