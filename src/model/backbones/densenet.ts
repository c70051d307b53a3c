import { type Backbone, Network } from './backbone.ts';

/** Channels that each layer of a dense block adds. */
const GROWTH = 32;
/** The layers of each dense block of DenseNet-121. */
const BLOCKS = [6, 12, 24, 16];

const PLAIN = { useBias: false };

/** Huang et al. 2017; keras/src/applications/densenet.py. */
export const densenet121: Backbone = {
  name: 'densenet121',
  preprocess: 'torch',
  hasAlpha: false,
  layers({ inputShape }) {
    const network = new Network(inputShape);
    network.add('zeroPadding2d', 'zero_padding2d', { padding: 3 });
    network.add('conv2d', 'conv1_conv', { ...PLAIN, filters: 64, kernelSize: 7, strides: 2 });
    activate(network, 'conv1');
    network.add('zeroPadding2d', 'zero_padding2d_1', { padding: 1 });
    network.add('maxPooling2d', 'pool1', { poolSize: 3, strides: 2 });
    for (const [index, layers] of BLOCKS.entries()) {
      const stage = index + 2;
      for (let layer = 1; layer <= layers; layer++) {
        addDenseLayer(network, `conv${stage}_block${layer}`);
      }
      if (index < BLOCKS.length - 1) addTransition(network, `pool${stage}`);
    }
    network.add('batchNormalization', 'bn', NORMALIZATION);
    network.add('activation', 'relu', { activation: 'relu' });
    return network.nodes;
  },
};

const NORMALIZATION = { epsilon: 1.001e-5 };

function activate(network: Network, name: string): void {
  network.add('batchNormalization', `${name}_bn`, NORMALIZATION);
  network.add('activation', `${name}_relu`, { activation: 'relu' });
}

/** Adds a layer that reads the outputs of all layers before it in its block. */
function addDenseLayer(network: Network, name: string): void {
  const input = network.last;
  activate(network, `${name}_0`);
  network.add('conv2d', `${name}_1_conv`, { ...PLAIN, filters: 4 * GROWTH, kernelSize: 1 });
  activate(network, `${name}_1`);
  const convolution = { ...PLAIN, filters: GROWTH, kernelSize: 3, padding: 'same' };
  const added = network.add('conv2d', `${name}_2_conv`, convolution);
  network.add('concatenate', `${name}_concat`, {}, [input, added]);
}

/** Adds a transition, which halves the channels and the size. */
function addTransition(network: Network, name: string): void {
  activate(network, name);
  const filters = Math.floor(network.channels() / 2);
  network.add('conv2d', `${name}_conv`, { ...PLAIN, filters, kernelSize: 1 });
  network.add('averagePooling2d', `${name}_pool`, { poolSize: 2, strides: 2 });
}
