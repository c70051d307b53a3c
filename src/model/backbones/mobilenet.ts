import { type Backbone, Network } from './backbone.ts';

/** Filters of each block's pointwise convolution, and the stride of its depthwise one. */
const blocks: readonly [filters: number, strides: 1 | 2][] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
];

/** Howard et al. 2017; keras/src/applications/mobilenet.py. */
export const mobilenet: Backbone = {
  name: 'mobilenet',
  preprocess: 'tf',
  hasAlpha: true,
  layers({ inputShape, alpha }) {
    const network = new Network(inputShape);
    const activate = (name: string): void => {
      network.add('batchNormalization', `${name}_bn`);
      network.add('reLU', `${name}_relu`, { maxValue: 6 });
    };
    const convolution = { padding: 'same', useBias: false };

    const filters = Math.floor(32 * alpha);
    network.add('conv2d', 'conv1', { ...convolution, filters, kernelSize: 3, strides: 2 });
    activate('conv1');
    for (const [index, [width, strides]] of blocks.entries()) {
      const id = index + 1;
      const padding = strides === 1 ? 'same' : 'valid';
      if (strides === 2) {
        const bottomRight = [
          [0, 1],
          [0, 1],
        ];
        network.add('zeroPadding2d', `conv_pad_${id}`, { padding: bottomRight });
      }
      const depthwise = { kernelSize: 3, strides, padding, useBias: false };
      network.add('depthwiseConv2d', `conv_dw_${id}`, depthwise);
      activate(`conv_dw_${id}`);
      const pointwise = { ...convolution, filters: Math.floor(width * alpha), kernelSize: 1 };
      network.add('conv2d', `conv_pw_${id}`, pointwise);
      activate(`conv_pw_${id}`);
    }
    return network.nodes;
  },
};
