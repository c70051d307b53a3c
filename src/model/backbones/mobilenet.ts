import { type Backbone, divisible, Network, standardizing } from './backbone.ts';

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

/**
 * Sandler et al. 2018; keras/src/applications/mobilenet_v2.py. With a checkpoint of PyTorch it is the network of torchvision
 * (torchvision/models/mobilenetv2.py), whose convolutions of stride 2 pad all sides, and whose batch normalization has other
 * settings. It expects the same pixels, from -1 to 1, and brings them to the mean and deviation of torchvision.
 */
export const mobilenetV2: Backbone = {
  name: 'mobilenetV2',
  preprocess: 'tf',
  hasAlpha: true,
  layers({ inputShape, alpha, weights }) {
    const network = new Network(inputShape);
    const isTorch = weights === 'pytorch';
    const stem = { filters: divisible(32 * alpha), kernelSize: 3, strides: 2, useBias: false };
    if (isTorch) {
      network.add('rescaling', 'rescaling', standardizing(0.5, 0.5));
      network.add('zeroPadding2d', 'Conv1_pad', { padding: 1 });
    }
    network.add('conv2d', 'Conv1', { ...stem, padding: isTorch ? 'valid' : 'same' });
    addNormalization(network, 'bn_Conv1', isTorch);
    addReLU6(network, 'Conv1_relu');
    let id = 0;
    for (const [width, stride, count] of V2_STAGES) {
      const filters = divisible(Math.floor(width * alpha));
      for (let index = 0; index < count; index++) {
        addInvertedResidual(network, { id, filters, strides: index === 0 ? stride : 1, isTorch });
        id += 1;
      }
    }
    const filters = alpha > 1 ? divisible(1280 * alpha) : 1280;
    network.add('conv2d', 'Conv_1', { filters, kernelSize: 1, useBias: false });
    addNormalization(network, 'Conv_1_bn', isTorch);
    addReLU6(network, 'out_relu');
    return network.nodes;
  },
  pytorchModules(layers) {
    const known = layers.map((layer) => [layer, torchModule(layer)] as const);
    return new Map(known.filter((pair): pair is [string, string] => pair[1] !== null));
  },
};

const ENDS: Readonly<Record<string, string>> = {
  Conv1: 'features.0.0',
  bn_Conv1: 'features.0.1',
  Conv_1: 'features.18.0',
  Conv_1_bn: 'features.18.1',
};

/** Returns the module of a layer with weights in torchvision; `null` for other layers. */
function torchModule(layer: string): string | null {
  const [, id, part, isNormalization] =
    /^(?:expanded_conv|block_(\d+))_(expand|depthwise|project)(_BN)?$/.exec(layer) ?? [];
  if (part === undefined) return ENDS[layer] ?? null;
  // The first block has no expansion.
  const parts = id === undefined ? ['depthwise', 'project'] : ['expand', 'depthwise', 'project'];
  const index = parts.indexOf(part);
  const block = `features.${Number(id ?? 0) + 1}.conv`;
  if (part === 'project') return `${block}.${isNormalization ? index + 1 : index}`;
  return `${block}.${index}.${isNormalization ? 1 : 0}`;
}

interface MobileNetV2Block {
  readonly id: number;
  readonly filters: number;
  readonly strides: 1 | 2;
  readonly isTorch: boolean;
}

/** Adds an inverted residual: an expansion by six (except in the first block), a depthwise convolution, and a projection. */
function addInvertedResidual(network: Network, block: MobileNetV2Block): void {
  const { id, filters, strides, isTorch } = block;
  const input = network.last;
  const channels = network.channels();
  const prefix = id === 0 ? 'expanded_conv' : `block_${id}`;
  const pointwise = { kernelSize: 1, padding: 'same', useBias: false };

  if (id > 0) {
    network.add('conv2d', `${prefix}_expand`, { ...pointwise, filters: 6 * channels });
    addNormalization(network, `${prefix}_expand_BN`, isTorch);
    addReLU6(network, `${prefix}_expand_relu`);
  }
  if (strides === 2) {
    const padding = isTorch ? 1 : network.strideTwoPadding(3);
    network.add('zeroPadding2d', `${prefix}_pad`, { padding });
  }
  const padding = strides === 1 ? 'same' : 'valid';
  const depthwise = { kernelSize: 3, strides, padding, useBias: false };
  network.add('depthwiseConv2d', `${prefix}_depthwise`, depthwise);
  addNormalization(network, `${prefix}_depthwise_BN`, isTorch);
  addReLU6(network, `${prefix}_depthwise_relu`);
  network.add('conv2d', `${prefix}_project`, { ...pointwise, filters });
  const residual = addNormalization(network, `${prefix}_project_BN`, isTorch);
  if (channels === filters && strides === 1) {
    network.add('add', `${prefix}_add`, {}, [input, residual]);
  }
}

function addNormalization(network: Network, name: string, isTorch: boolean): string {
  const args = isTorch ? { epsilon: 1e-5, momentum: 0.9 } : { epsilon: 1e-3, momentum: 0.999 };
  return network.add('batchNormalization', name, args);
}

function addReLU6(network: Network, name: string): void {
  network.add('reLU', name, { maxValue: 6 });
}
