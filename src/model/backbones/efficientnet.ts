import { type Backbone, Network } from './backbone.ts';

interface Stage {
  readonly kernelSize: 3 | 5;
  readonly blocks: number;
  readonly filters: number;
  /** The expansion factor of the channels within a block. */
  readonly expand: 1 | 6;
  readonly strides: 1 | 2;
}

const STAGES: readonly Stage[] = [
  { kernelSize: 3, blocks: 1, filters: 16, expand: 1, strides: 1 },
  { kernelSize: 3, blocks: 2, filters: 24, expand: 6, strides: 2 },
  { kernelSize: 5, blocks: 2, filters: 40, expand: 6, strides: 2 },
  { kernelSize: 3, blocks: 3, filters: 80, expand: 6, strides: 2 },
  { kernelSize: 5, blocks: 3, filters: 112, expand: 6, strides: 1 },
  { kernelSize: 5, blocks: 4, filters: 192, expand: 6, strides: 2 },
  { kernelSize: 3, blocks: 1, filters: 320, expand: 6, strides: 1 },
];
const BLOCKS = STAGES.reduce((total, stage) => total + stage.blocks, 0);
const DROP_CONNECT_RATE = 0.2;

const INITIALIZER = {
  varianceScaling: { scale: 2, mode: 'fanOut', distribution: 'truncatedNormal' },
} as const;
const SAME = { padding: 'same', useBias: false, kernelInitializer: INITIALIZER };

/**
 * Tan and Le 2019; keras/src/applications/efficientnet.py. The input is pixels from 0 to 255, which the network scales and
 * normalizes. With the ImageNet weights of Keras it also scales them by 1 / √deviation.
 */
export const efficientnetB0: Backbone = {
  name: 'efficientnetB0',
  preprocess: 'none',
  hasAlpha: false,
  layers({ inputShape, imagenet }) {
    const network = new Network(inputShape);
    network.add('rescaling', 'rescaling', { scale: 1 / 255 });
    network.add('normalization', 'normalization');
    if (imagenet) {
      const scale = [0.229, 0.224, 0.225].map((deviation) => 1 / Math.sqrt(deviation));
      network.add('rescaling', 'rescaling_1', { scale });
    }
    network.add('zeroPadding2d', 'stem_conv_pad', { padding: network.strideTwoPadding(3) });
    const stem = { ...SAME, filters: 32, kernelSize: 3, strides: 2, padding: 'valid' };
    network.add('conv2d', 'stem_conv', stem);
    addNormSwish(network, 'stem_bn', 'stem_activation');
    let blocks = 0;
    for (const [index, stage] of STAGES.entries()) {
      for (let repeat = 0; repeat < stage.blocks; repeat++) {
        const name = `block${index + 1}${'abcd'[repeat]}`;
        const dropRate = (DROP_CONNECT_RATE * blocks) / BLOCKS;
        addBlock(network, { ...stage, strides: repeat === 0 ? stage.strides : 1, name, dropRate });
        blocks += 1;
      }
    }
    network.add('conv2d', 'top_conv', { ...SAME, filters: 1280, kernelSize: 1 });
    addNormSwish(network, 'top_bn', 'top_activation');
    return network.nodes;
  },
};

interface EfficientNetBlock extends Stage {
  readonly name: string;
  /** The probability that training skips the block (Huang et al. 2016). */
  readonly dropRate: number;
}

/** Adds a mobile inverted bottleneck with squeeze and excitation. */
function addBlock(network: Network, args: EfficientNetBlock): void {
  const { name, filters, kernelSize, strides } = args;
  const input = network.last;
  const channels = network.channels();
  const expanded = channels * args.expand;

  if (args.expand > 1) {
    network.add('conv2d', `${name}_expand_conv`, { ...SAME, filters: expanded, kernelSize: 1 });
    addNormSwish(network, `${name}_expand_bn`, `${name}_expand_activation`);
  }
  if (strides === 2) {
    const padding = network.strideTwoPadding(kernelSize);
    network.add('zeroPadding2d', `${name}_dwconv_pad`, { padding });
  }
  network.add('depthwiseConv2d', `${name}_dwconv`, {
    kernelSize,
    strides,
    padding: strides === 2 ? 'valid' : 'same',
    useBias: false,
    depthwiseInitializer: INITIALIZER,
  });
  const convolved = addNormSwish(network, `${name}_bn`, `${name}_activation`);
  const excitation = addSqueeze(network, name, Math.max(1, Math.floor(channels / 4)));
  network.add('multiply', `${name}_se_excite`, {}, [convolved, excitation]);

  network.add('conv2d', `${name}_project_conv`, { ...SAME, filters, kernelSize: 1 });
  network.add('batchNormalization', `${name}_project_bn`);
  if (strides === 1 && channels === filters) {
    if (args.dropRate > 0) {
      const noiseShape = [null, 1, 1, 1];
      network.add('dropout', `${name}_drop`, { rate: args.dropRate, noiseShape });
    }
    network.add('add', `${name}_add`, {}, [network.last, input]);
  }
}

/** Adds a squeeze and excitation, which weights each channel between 0 and 1 (Hu et al. 2018). */
function addSqueeze(network: Network, name: string, units: number): string {
  const filters = network.channels();
  const args = { kernelSize: 1, padding: 'same', kernelInitializer: INITIALIZER };
  network.add('globalAveragePooling2d', `${name}_se_squeeze`);
  network.add('reshape', `${name}_se_reshape`, { targetShape: [1, 1, filters] });
  const reduce = { ...args, filters: units, activation: 'swish' };
  network.add('conv2d', `${name}_se_reduce`, reduce);
  return network.add('conv2d', `${name}_se_expand`, { ...args, filters, activation: 'sigmoid' });
}

function addNormSwish(network: Network, normalization: string, name: string): string {
  network.add('batchNormalization', normalization);
  return network.add('activation', name, { activation: 'swish' });
}
