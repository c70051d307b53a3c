import { type Backbone, divisible, Network } from './backbone.ts';

/** A block: an expansion, a depthwise convolution, a squeeze and excitation, and a projection. */
type Block = readonly [
  /** The factor by which the block expands its channels. */
  expansion: number,
  filters: number,
  kernelSize: 3 | 5,
  strides: 1 | 2,
  squeeze: 'squeeze' | '',
  activation: 'relu' | 'hardSwish',
];

const SMALL: readonly Block[] = [
  [1, 16, 3, 2, 'squeeze', 'relu'],
  [72 / 16, 24, 3, 2, '', 'relu'],
  [88 / 24, 24, 3, 1, '', 'relu'],
  [4, 40, 5, 2, 'squeeze', 'hardSwish'],
  [6, 40, 5, 1, 'squeeze', 'hardSwish'],
  [6, 40, 5, 1, 'squeeze', 'hardSwish'],
  [3, 48, 5, 1, 'squeeze', 'hardSwish'],
  [3, 48, 5, 1, 'squeeze', 'hardSwish'],
  [6, 96, 5, 2, 'squeeze', 'hardSwish'],
  [6, 96, 5, 1, 'squeeze', 'hardSwish'],
  [6, 96, 5, 1, 'squeeze', 'hardSwish'],
];

const LARGE: readonly Block[] = [
  [1, 16, 3, 1, '', 'relu'],
  [4, 24, 3, 2, '', 'relu'],
  [3, 24, 3, 1, '', 'relu'],
  [3, 40, 5, 2, 'squeeze', 'relu'],
  [3, 40, 5, 1, 'squeeze', 'relu'],
  [3, 40, 5, 1, 'squeeze', 'relu'],
  [6, 80, 3, 2, '', 'hardSwish'],
  [2.5, 80, 3, 1, '', 'hardSwish'],
  [2.3, 80, 3, 1, '', 'hardSwish'],
  [2.3, 80, 3, 1, '', 'hardSwish'],
  [6, 112, 3, 1, 'squeeze', 'hardSwish'],
  [6, 112, 3, 1, 'squeeze', 'hardSwish'],
  [6, 160, 5, 2, 'squeeze', 'hardSwish'],
  [6, 160, 5, 1, 'squeeze', 'hardSwish'],
  [6, 160, 5, 1, 'squeeze', 'hardSwish'],
];

const SAME = { padding: 'same', useBias: false };

/**
 * Howard et al. 2019; keras/src/applications/mobilenet_v3.py. The input is pixels from 0 to 255. TensorFlow.js has no hard
 * swish and no hard sigmoid, so both are made of layers that it has.
 */
function mobilenetV3(name: string, blocks: readonly Block[]): Backbone {
  return {
    name,
    preprocess: 'none',
    hasAlpha: true,
    layers({ inputShape, alpha }) {
      const network = new MobileNetV3(inputShape);
      network.add('rescaling', 'rescaling', { scale: 1 / 127.5, offset: -1 });
      network.add('conv2d', 'conv', { ...SAME, filters: 16, kernelSize: 3, strides: 2 });
      network.addNormActivation('conv', 'hardSwish');
      for (const [index, [expansion, filters, ...rest]] of blocks.entries()) {
        const prefix = index === 0 ? 'expanded_conv' : `expanded_conv_${index}`;
        network.addBlock(prefix, [expansion, divisible(filters * alpha), ...rest]);
      }
      const filters = divisible(network.channels() * 6);
      network.add('conv2d', 'conv_1', { ...SAME, filters, kernelSize: 1 });
      network.addNormActivation('conv_1', 'hardSwish');
      return network.nodes;
    },
  };
}

export const mobilenetV3Small = mobilenetV3('mobilenetV3Small', SMALL);
export const mobilenetV3Large = mobilenetV3('mobilenetV3Large', LARGE);

/** The network under construction, whose activations Keras numbers. */
class MobileNetV3 extends Network {
  readonly #counts = { re_lu: 0, activation: 0 };

  addBlock(prefix: string, block: Block): void {
    const [expansion, filters, kernelSize, strides, squeeze, activation] = block;
    const input = this.last;
    const channels = this.channels();
    // Keras expands in all blocks but the first.
    if (prefix !== 'expanded_conv') {
      const expanded = divisible(channels * expansion);
      this.add('conv2d', `${prefix}_expand`, { ...SAME, filters: expanded, kernelSize: 1 });
      this.addNormActivation(`${prefix}_expand`, activation);
    }
    if (strides === 2) {
      const padding = this.strideTwoPadding(kernelSize);
      this.add('zeroPadding2d', `${prefix}_depthwise_pad`, { padding });
    }
    const padding = strides === 1 ? 'same' : 'valid';
    const depthwise = { kernelSize, strides, padding, useBias: false };
    this.add('depthwiseConv2d', `${prefix}_depthwise`, depthwise);
    this.addNormActivation(`${prefix}_depthwise`, activation);
    if (squeeze) this.#addSqueeze(`${prefix}_squeeze_excite`);
    this.add('conv2d', `${prefix}_project`, { ...SAME, filters, kernelSize: 1 });
    const projected = this.#addNormalization(`${prefix}_project`);
    if (strides === 1 && channels === filters) {
      this.add('add', `${prefix}_add`, {}, [input, projected]);
    }
  }

  addNormActivation(name: string, activation: Block[5]): void {
    this.#addNormalization(name);
    if (activation === 'relu') {
      this.add('reLU', this.#numbered('re_lu'));
      return;
    }
    const [input, hardSwish] = [this.last, this.#numbered('activation')];
    const gate = this.#addHardSigmoid(hardSwish, `${hardSwish}_relu`);
    this.add('multiply', hardSwish, {}, [input, gate]);
  }

  /** Adds a squeeze and excitation, which weights each channel between 0 and 1 (Hu et al. 2018). */
  #addSqueeze(prefix: string): void {
    const [input, filters] = [this.last, this.channels()];
    const pointwise = { kernelSize: 1, padding: 'same' };
    this.add('averagePooling2d', `${prefix}_avg_pool`, { poolSize: this.size() });
    this.add('conv2d', `${prefix}_conv`, { ...pointwise, filters: divisible(filters / 4) });
    this.add('reLU', `${prefix}_relu`);
    this.add('conv2d', `${prefix}_conv_1`, { ...pointwise, filters });
    const weights = this.#addHardSigmoid(prefix, this.#numbered('re_lu'));
    this.add('multiply', `${prefix}_mul`, {}, [input, weights]);
  }

  /** Adds ReLU6(x + 3) / 6. */
  #addHardSigmoid(prefix: string, relu: string): string {
    this.add('rescaling', `${prefix}_add_3`, { scale: 1, offset: 3 });
    this.add('reLU', relu, { maxValue: 6 });
    return this.add('rescaling', `${prefix}_hard_sigmoid`, { scale: 1 / 6 });
  }

  #addNormalization(name: string): string {
    return this.add('batchNormalization', `${name}_bn`, { momentum: 0.999 });
  }

  /** Returns a name as Keras gives it to layers without one: `re_lu`, `re_lu_1`, … */
  #numbered(kind: 're_lu' | 'activation'): string {
    const number = this.#counts[kind]++;
    return number === 0 ? kind : `${kind}_${number}`;
  }
}
