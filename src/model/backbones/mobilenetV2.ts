import { type Backbone, Network } from './backbone.ts';

/** Filters, stride of the first block, number of blocks. */
const stages: readonly [filters: number, strides: 1 | 2, blocks: number][] = [
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
    normalize(network, 'bn_Conv1');
    relu6(network, 'Conv1_relu');
    let id = 0;
    for (const [width, strides, count] of stages) {
      const filters = divisible(Math.floor(width * alpha));
      for (let index = 0; index < count; index++) {
        block(network, { id, filters, strides: index === 0 ? strides : 1 });
        id += 1;
      }
    }
    const filters = alpha > 1 ? divisible(1280 * alpha) : 1280;
    network.add('conv2d', 'Conv_1', { filters, kernelSize: 1, useBias: false });
    normalize(network, 'Conv_1_bn');
    relu6(network, 'out_relu');
    return network.nodes;
  },
};

interface Block {
  readonly id: number;
  readonly filters: number;
  readonly strides: 1 | 2;
}

/** An inverted residual: widened six times (but for the first), depthwise, narrowed again. */
function block(network: Network, { id, filters, strides }: Block): void {
  const input = network.last;
  const channels = network.channels();
  const prefix = id === 0 ? 'expanded_conv' : `block_${id}`;
  const pointwise = { kernelSize: 1, padding: 'same', useBias: false };

  if (id > 0) {
    network.add('conv2d', `${prefix}_expand`, { ...pointwise, filters: 6 * channels });
    normalize(network, `${prefix}_expand_BN`);
    relu6(network, `${prefix}_expand_relu`);
  }
  if (strides === 2) {
    network.add('zeroPadding2d', `${prefix}_pad`, { padding: network.strideTwoPadding(3) });
  }
  const padding = strides === 1 ? 'same' : 'valid';
  const depthwise = { kernelSize: 3, strides, padding, useBias: false };
  network.add('depthwiseConv2d', `${prefix}_depthwise`, depthwise);
  normalize(network, `${prefix}_depthwise_BN`);
  relu6(network, `${prefix}_depthwise_relu`);
  network.add('conv2d', `${prefix}_project`, { ...pointwise, filters });
  const residual = normalize(network, `${prefix}_project_BN`);
  if (channels === filters && strides === 1) {
    network.add('add', `${prefix}_add`, {}, [input, residual]);
  }
}

function normalize(network: Network, name: string): string {
  return network.add('batchNormalization', name, { epsilon: 1e-3, momentum: 0.999 });
}

function relu6(network: Network, name: string): void {
  network.add('reLU', name, { maxValue: 6 });
}

/** The nearest multiple of 8 that is not more than a tenth below (`_make_divisible`). */
function divisible(width: number): number {
  const nearest = Math.max(8, Math.floor((width + 4) / 8) * 8);
  return nearest < 0.9 * width ? nearest + 8 : nearest;
}
