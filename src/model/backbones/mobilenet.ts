import { type Backbone, Network } from './backbone.ts';

/** The filters of the pointwise convolution and the stride of the depthwise convolution of each block. */
const V1_BLOCKS: readonly [filters: number, strides: 1 | 2][] = [
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
    for (const [index, [width, strides]] of V1_BLOCKS.entries()) {
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

/** The filters, the stride of the first block and the number of blocks of each stage. */
const V2_STAGES: readonly [filters: number, strides: 1 | 2, blocks: number][] = [
  [16, 1, 1],
  [24, 2, 2],
  [32, 2, 3],
  [64, 2, 4],
  [96, 1, 3],
  [160, 2, 3],
  [320, 1, 1],
];

/** Sandler et al. 2018; keras/src/applications/mobilenet_v2.py. */
export const mobilenetV2: Backbone = {
  name: 'mobilenetV2',
  preprocess: 'tf',
  hasAlpha: true,
  layers({ inputShape, alpha }) {
    const network = new Network(inputShape);
    const stem = { filters: divisible(32 * alpha), kernelSize: 3, strides: 2, padding: 'same' };
    network.add('conv2d', 'Conv1', { ...stem, useBias: false });
    addNormalization(network, 'bn_Conv1');
    addReLU6(network, 'Conv1_relu');
    let id = 0;
    for (const [width, strides, count] of V2_STAGES) {
      const filters = divisible(Math.floor(width * alpha));
      for (let index = 0; index < count; index++) {
        addInvertedResidual(network, { id, filters, strides: index === 0 ? strides : 1 });
        id += 1;
      }
    }
    const filters = alpha > 1 ? divisible(1280 * alpha) : 1280;
    network.add('conv2d', 'Conv_1', { filters, kernelSize: 1, useBias: false });
    addNormalization(network, 'Conv_1_bn');
    addReLU6(network, 'out_relu');
    return network.nodes;
  },
};

interface MobileNetV2Block {
  readonly id: number;
  readonly filters: number;
  readonly strides: 1 | 2;
}

/** Adds an inverted residual: an expansion by six (except in the first block), a depthwise convolution, and a projection. */
function addInvertedResidual(network: Network, { id, filters, strides }: MobileNetV2Block): void {
  const input = network.last;
  const channels = network.channels();
  const prefix = id === 0 ? 'expanded_conv' : `block_${id}`;
  const pointwise = { kernelSize: 1, padding: 'same', useBias: false };

  if (id > 0) {
    network.add('conv2d', `${prefix}_expand`, { ...pointwise, filters: 6 * channels });
    addNormalization(network, `${prefix}_expand_BN`);
    addReLU6(network, `${prefix}_expand_relu`);
  }
  if (strides === 2) {
    network.add('zeroPadding2d', `${prefix}_pad`, { padding: network.strideTwoPadding(3) });
  }
  const padding = strides === 1 ? 'same' : 'valid';
  const depthwise = { kernelSize: 3, strides, padding, useBias: false };
  network.add('depthwiseConv2d', `${prefix}_depthwise`, depthwise);
  addNormalization(network, `${prefix}_depthwise_BN`);
  addReLU6(network, `${prefix}_depthwise_relu`);
  network.add('conv2d', `${prefix}_project`, { ...pointwise, filters });
  const residual = addNormalization(network, `${prefix}_project_BN`);
  if (channels === filters && strides === 1) {
    network.add('add', `${prefix}_add`, {}, [input, residual]);
  }
}

function addNormalization(network: Network, name: string): string {
  return network.add('batchNormalization', name, { epsilon: 1e-3, momentum: 0.999 });
}

function addReLU6(network: Network, name: string): void {
  network.add('reLU', name, { maxValue: 6 });
}

/** Returns the nearest multiple of 8 that is at least 90 % of the width (`_make_divisible`). */
function divisible(width: number): number {
  const nearest = Math.max(8, Math.floor((width + 4) / 8) * 8);
  return nearest < 0.9 * width ? nearest + 8 : nearest;
}
