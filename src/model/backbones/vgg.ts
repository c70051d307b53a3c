import type { GraphNode, Shape } from '../graph.ts';
import { type Backbone, Network } from './backbone.ts';

/** Builds blocks of 3 × 3 convolutions, each followed by a pooling. @param depths number of convolutions per block */
function vgg(inputShape: Shape, depths: readonly number[]): readonly GraphNode[] {
  const network = new Network(inputShape);
  for (const [index, depth] of depths.entries()) {
    const block = `block${index + 1}`;
    const filters = Math.min(64 * 2 ** index, 512);
    for (let layer = 1; layer <= depth; layer++) {
      const args = { filters, kernelSize: 3, padding: 'same', activation: 'relu' };
      network.add('conv2d', `${block}_conv${layer}`, args);
    }
    network.add('maxPooling2d', `${block}_pool`, { poolSize: 2, strides: 2 });
  }
  return network.nodes;
}

/** Simonyan and Zisserman 2015; keras/src/applications/vgg16.py. */
export const vgg16: Backbone = {
  name: 'vgg16',
  preprocess: 'caffe',
  hasAlpha: false,
  layers: ({ inputShape }) => vgg(inputShape, [2, 2, 3, 3, 3]),
};

/** Simonyan and Zisserman 2015; keras/src/applications/vgg19.py. */
export const vgg19: Backbone = {
  name: 'vgg19',
  preprocess: 'caffe',
  hasAlpha: false,
  layers: ({ inputShape }) => vgg(inputShape, [2, 2, 4, 4, 4]),
};
