import { type Backbone, Network } from './backbone.ts';

/** He et al. 2016; `residual_block_v2` in keras/src/applications/resnet.py. */
export const resnet50v2: Backbone = {
  name: 'resnet50v2',
  preprocess: 'tf',
  hasAlpha: false,
  layers({ inputShape }) {
    const network = new Network(inputShape);
    network.add('zeroPadding2d', 'conv1_pad', { padding: 3 });
    network.add('conv2d', 'conv1_conv', { filters: 64, kernelSize: 7, strides: 2 });
    network.add('zeroPadding2d', 'pool1_pad', { padding: 1 });
    network.add('maxPooling2d', 'pool1_pool', { poolSize: 3, strides: 2 });
    const depths = [3, 4, 6, 3];
    for (const [stage, blocks] of depths.entries()) {
      for (let index = 1; index <= blocks; index++) {
        const last = index === blocks && stage < depths.length - 1;
        block(network, {
          name: `conv${stage + 2}_block${index}`,
          filters: 64 * 2 ** stage,
          shortcut: index === 1 ? 'convolution' : last ? poolings[stage] : undefined,
        });
      }
    }
    normalize(network, 'post');
    return network.nodes;
  },
};

/** Keras leaves these layers to its own numbering. */
const poolings = ['max_pooling2d', 'max_pooling2d_1', 'max_pooling2d_2'];

interface Block {
  readonly name: string;
  readonly filters: number;
  /** A convolution, the pooling of that name, which halves the image, or neither. */
  readonly shortcut: string | undefined;
}

function block(network: Network, { name, filters, shortcut }: Block): void {
  const input = network.last;
  const wide = { filters: 4 * filters, kernelSize: 1 };
  const strides = shortcut && shortcut !== 'convolution' ? 2 : 1;

  const active = normalize(network, `${name}_preact`);
  const side =
    shortcut === 'convolution'
      ? network.add('conv2d', `${name}_0_conv`, wide)
      : shortcut
        ? network.add('maxPooling2d', shortcut, { poolSize: 1, strides }, [input])
        : input;
  network.add('conv2d', `${name}_1_conv`, { filters, kernelSize: 1, useBias: false }, [active]);
  normalize(network, `${name}_1`);
  network.add('zeroPadding2d', `${name}_2_pad`, { padding: 1 });
  network.add('conv2d', `${name}_2_conv`, { filters, kernelSize: 3, strides, useBias: false });
  normalize(network, `${name}_2`);
  const residual = network.add('conv2d', `${name}_3_conv`, wide);
  network.add('add', `${name}_out`, {}, [side, residual]);
}

function normalize(network: Network, name: string): string {
  network.add('batchNormalization', `${name}_bn`, { epsilon: 1.001e-5 });
  return network.add('activation', `${name}_relu`, { activation: 'relu' });
}
