import { type Backbone, divisible, Network } from './backbone.ts';
import { addSqueeze, DROP_CONNECT_RATE, INITIALIZER, SAME, type Scale } from './efficientnet.ts';

interface Stage {
  readonly blocks: number;
  readonly filters: number;
  /** The expansion factor of the channels within a block. */
  readonly expand: 1 | 4 | 6;
  readonly strides: 1 | 2;
  /** One convolution expands and looks around; there is no squeeze and excitation. */
  readonly fused: boolean;
}

/** The stages of B0. */
const STAGES: readonly Stage[] = [
  { blocks: 1, filters: 16, expand: 1, strides: 1, fused: true },
  { blocks: 2, filters: 32, expand: 4, strides: 2, fused: true },
  { blocks: 2, filters: 48, expand: 4, strides: 2, fused: true },
  { blocks: 3, filters: 96, expand: 4, strides: 2, fused: false },
  { blocks: 5, filters: 112, expand: 6, strides: 1, fused: false },
  { blocks: 8, filters: 192, expand: 6, strides: 2, fused: false },
];

const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

/** Tan and Le 2021; keras/src/applications/efficientnet_v2.py. The input is pixels from 0 to 255. */
function efficientnetV2(name: string, { width, depth }: Scale): Backbone {
  return {
    name,
    preprocess: 'none',
    hasAlpha: false,
    layers({ inputShape }) {
      const network = new Network(inputShape);
      network.add('rescaling', 'rescaling', { scale: 1 / 255 });
      // Keras' layer has these statistics as constants, unlike that of EfficientNet.
      network.add('rescaling', 'normalization', {
        scale: DEVIATION.map((deviation) => 1 / deviation),
        offset: MEAN.map((mean, i) => -mean / (DEVIATION[i] ?? 1)),
      });
      const stem = { ...SAME, filters: divisible(32 * width), kernelSize: 3, strides: 2 };
      network.add('conv2d', 'stem_conv', stem);
      activate(network, 'stem_');
      const stages = STAGES.map((stage) => ({
        ...stage,
        filters: divisible(stage.filters * width),
        blocks: Math.ceil(stage.blocks * depth),
      }));
      const total = stages.reduce((sum, { blocks }) => sum + blocks, 0);
      let count = 0;
      for (const [index, stage] of stages.entries()) {
        for (let repeat = 0; repeat < stage.blocks; repeat++) {
          addBlock(network, {
            ...stage,
            name: `block${index + 1}${String.fromCharCode('a'.charCodeAt(0) + repeat)}_`,
            strides: repeat === 0 ? stage.strides : 1,
            dropRate: (DROP_CONNECT_RATE * count) / total,
          });
          count += 1;
        }
      }
      network.add('conv2d', 'top_conv', {
        ...SAME,
        filters: divisible(1280 * width),
        kernelSize: 1,
      });
      activate(network, 'top_');
      return network.nodes;
    },
  };
}

export const efficientnetV2B0 = efficientnetV2('efficientnetV2B0', { width: 1, depth: 1 });
export const efficientnetV2B1 = efficientnetV2('efficientnetV2B1', { width: 1, depth: 1.1 });
export const efficientnetV2B2 = efficientnetV2('efficientnetV2B2', { width: 1.1, depth: 1.2 });

interface Block extends Stage {
  readonly name: string;
  /** The probability that training skips the block (Huang et al. 2016). */
  readonly dropRate: number;
}

function addBlock(network: Network, block: Block): void {
  const { name, filters, strides, expand, fused } = block;
  const input = network.last;
  const channels = network.channels();
  if (fused) {
    addFusedConvolutions(network, block);
  } else {
    network.add('conv2d', `${name}expand_conv`, {
      ...SAME,
      filters: channels * expand,
      kernelSize: 1,
    });
    activate(network, `${name}expand_`);
    const depthwise = { kernelSize: 3, strides, padding: 'same', useBias: false };
    network.add('depthwiseConv2d', `${name}dwconv2`, {
      ...depthwise,
      depthwiseInitializer: INITIALIZER,
    });
    const convolved = activate(network, name);
    const excitation = addSqueeze(network, name.slice(0, -1), Math.floor(channels / 4));
    network.add('multiply', `${name}se_excite`, {}, [convolved, excitation]);
    network.add('conv2d', `${name}project_conv`, { ...SAME, filters, kernelSize: 1 });
    normalize(network, `${name}project_`);
  }
  if (strides === 1 && channels === filters) {
    if (block.dropRate > 0) {
      const noiseShape = [null, 1, 1, 1];
      network.add('dropout', `${name}drop`, { rate: block.dropRate, noiseShape });
    }
    network.add('add', `${name}add`, {}, [network.last, input]);
  }
}

/** Without an expansion, the only convolution is the projection. */
function addFusedConvolutions(network: Network, block: Block): void {
  const { name, filters, strides, expand } = block;
  const channels = network.channels();
  const around = { ...SAME, kernelSize: 3, strides };
  if (expand === 1) {
    network.add('conv2d', `${name}project_conv`, { ...around, filters });
    activate(network, `${name}project_`);
    return;
  }
  network.add('conv2d', `${name}expand_conv`, { ...around, filters: channels * expand });
  activate(network, `${name}expand_`);
  network.add('conv2d', `${name}project_conv`, { ...SAME, filters, kernelSize: 1 });
  normalize(network, `${name}project_`);
}

function normalize(network: Network, prefix: string): void {
  network.add('batchNormalization', `${prefix}bn`, { momentum: 0.9 });
}

function activate(network: Network, prefix: string): string {
  normalize(network, prefix);
  return network.add('activation', `${prefix}activation`, { activation: 'swish' });
}
