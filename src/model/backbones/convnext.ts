import { type Backbone, Network, standardizing } from './backbone.ts';

/** The blocks and the channels of each stage of ConvNeXt-Tiny. */
const STAGES: readonly [blocks: number, channels: number][] = [
  [3, 96],
  [3, 192],
  [9, 384],
  [3, 768],
];
const NAME = 'convnext_tiny';
const EPSILON = { epsilon: 1e-6 };

/**
 * Liu et al. 2022; keras/src/applications/convnext.py. The input is pixels from 0 to 255. Keras' convolutions with a group for
 * each channel are depthwise convolutions here, and its layer scales are depthwise convolutions of 1 × 1: their weights are the
 * same numbers, in another shape.
 */
export const convNeXtTiny: Backbone = {
  name: 'convNeXtTiny',
  preprocess: 'none',
  hasAlpha: false,
  layers({ inputShape }) {
    const network = new Network(inputShape);
    network.add('rescaling', `${NAME}_prestem_normalization`, standardizing(1 / 255));
    for (const [stage, [blocks, channels]] of STAGES.entries()) {
      addDownsampling(network, stage, channels);
      for (let block = 0; block < blocks; block++) {
        addBlock(network, `${NAME}_stage_${stage}_block_${block}`, channels);
      }
    }
    network.add('layerNormalization', 'layer_normalization', EPSILON);
    return network.nodes;
  },
};

/** Adds the stem, which makes the images four times smaller, or the start of a later stage, which halves their size. */
function addDownsampling(network: Network, stage: number, filters: number): void {
  if (stage === 0) {
    network.add('conv2d', `${NAME}_stem_conv`, { filters, kernelSize: 4, strides: 4 });
    network.add('layerNormalization', `${NAME}_stem_layernorm`, EPSILON);
    return;
  }
  network.add('layerNormalization', `${NAME}_downsampling_layernorm_${stage - 1}`, EPSILON);
  const convolution = { filters, kernelSize: 2, strides: 2 };
  network.add('conv2d', `${NAME}_downsampling_conv_${stage - 1}`, convolution);
}

function addBlock(network: Network, name: string, channels: number): void {
  const input = network.last;
  network.add('depthwiseConv2d', `${name}_depthwise_conv`, { kernelSize: 7, padding: 'same' });
  network.add('layerNormalization', `${name}_layernorm`, EPSILON);
  network.add('dense', `${name}_pointwise_conv_1`, { units: 4 * channels });
  network.add('activation', `${name}_gelu`, { activation: 'gelu' });
  network.add('dense', `${name}_pointwise_conv_2`, { units: channels });
  network.add('depthwiseConv2d', `${name}_layer_scale`, {
    kernelSize: 1,
    useBias: false,
    depthwiseInitializer: { constant: { value: 1e-6 } },
  });
  // Keras drops whole blocks here in other variants.
  network.add('activation', `${name}_identity`, { activation: 'linear' });
  network.add('add', `${name}_add`, {}, [input, network.last]);
}
