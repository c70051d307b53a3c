import { type Backbone, divisible, Network, standardizing } from './backbone.ts';
import {
  addResidual,
  addSqueeze,
  type BlockOf,
  blocksOf,
  INITIALIZER,
  SAME,
  type Scale,
  scaleStages,
} from './efficientnet.ts';

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

/** Tan and Le 2021; keras/src/applications/efficientnet_v2.py. The input is pixels from 0 to 255. */
function efficientnetV2(name: string, scale: Scale): Backbone {
  return {
    name,
    preprocess: 'none',
    hasAlpha: false,
    layers({ inputShape }) {
      const network = new Network(inputShape);
      network.add('rescaling', 'rescaling', { scale: 1 / 255 });
      // Keras' layer has these statistics as constants, unlike that of EfficientNet.
      network.add('rescaling', 'normalization', standardizing(1));
      const [stem, top] = [divisible(32 * scale.width), divisible(1280 * scale.width)];
      network.add('conv2d', 'stem_conv', { ...SAME, filters: stem, kernelSize: 3, strides: 2 });
      activate(network, 'stem');
      for (const block of blocksOf(scaleStages(STAGES, scale))) addBlock(network, block);
      network.add('conv2d', 'top_conv', { ...SAME, filters: top, kernelSize: 1 });
      activate(network, 'top');
      return network.nodes;
    },
  };
}

export const efficientnetV2B0 = efficientnetV2('efficientnetV2B0', { width: 1, depth: 1 });
export const efficientnetV2B1 = efficientnetV2('efficientnetV2B1', { width: 1, depth: 1.1 });
export const efficientnetV2B2 = efficientnetV2('efficientnetV2B2', { width: 1.1, depth: 1.2 });

function addBlock(network: Network, block: BlockOf<Stage>): void {
  const { name, filters, strides, expand, fused } = block;
  const input = network.last;
  const channels = network.channels();
  if (fused) {
    addFusedConvolutions(network, block);
  } else {
    const expanded = channels * expand;
    network.add('conv2d', `${name}_expand_conv`, { ...SAME, filters: expanded, kernelSize: 1 });
    activate(network, `${name}_expand`);
    const depthwise = { kernelSize: 3, strides, padding: 'same', useBias: false };
    network.add('depthwiseConv2d', `${name}_dwconv2`, {
      ...depthwise,
      depthwiseInitializer: INITIALIZER,
    });
    const convolved = activate(network, name);
    const excitation = addSqueeze(network, name, Math.floor(channels / 4));
    network.add('multiply', `${name}_se_excite`, {}, [convolved, excitation]);
    network.add('conv2d', `${name}_project_conv`, { ...SAME, filters, kernelSize: 1 });
    normalize(network, `${name}_project`);
  }
  addResidual(network, block, input);
}

/** Without an expansion, the only convolution is the projection. */
function addFusedConvolutions(network: Network, block: BlockOf<Stage>): void {
  const { name, filters, strides, expand } = block;
  const channels = network.channels();
  const around = { ...SAME, kernelSize: 3, strides };
  if (expand === 1) {
    network.add('conv2d', `${name}_project_conv`, { ...around, filters });
    activate(network, `${name}_project`);
    return;
  }
  network.add('conv2d', `${name}_expand_conv`, { ...around, filters: channels * expand });
  activate(network, `${name}_expand`);
  network.add('conv2d', `${name}_project_conv`, { ...SAME, filters, kernelSize: 1 });
  normalize(network, `${name}_project`);
}

function normalize(network: Network, name: string): void {
  network.add('batchNormalization', `${name}_bn`, { momentum: 0.9 });
}

function activate(network: Network, name: string): string {
  normalize(network, name);
  return network.add('activation', `${name}_activation`, { activation: 'swish' });
}
