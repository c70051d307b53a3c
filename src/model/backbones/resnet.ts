import { type Backbone, Network } from './backbone.ts';

const EPSILON = 1.001e-5;

/** He et al. 2015; `residual_block_v1` in keras/src/applications/resnet.py. */
export const resnet50: Backbone = {
  name: 'resnet50',
  preprocess: 'caffe',
  hasAlpha: false,
  layers({ inputShape }) {
    const network = new Network(inputShape);
    network.add('zeroPadding2d', 'conv1_pad', { padding: 3 });
    network.add('conv2d', 'conv1_conv', { filters: 64, kernelSize: 7, strides: 2 });
    network.add('batchNormalization', 'conv1_bn', { epsilon: EPSILON });
    network.add('activation', 'conv1_relu', { activation: 'relu' });
    network.add('zeroPadding2d', 'pool1_pad', { padding: 1 });
    network.add('maxPooling2d', 'pool1_pool', { poolSize: 3, strides: 2 });
    for (const [stage, blocks] of [3, 4, 6, 3].entries()) {
      for (let index = 1; index <= blocks; index++) {
        const name = `conv${stage + 2}_block${index}`;
        addBlockV1(network, {
          name,
          filters: 64 * 2 ** stage,
          strides: index === 1 && stage > 0 ? 2 : 1,
          project: index === 1,
        });
      }
    }
    return network.nodes;
  },
};

interface ResidualBlockV1 {
  readonly name: string;
  readonly filters: number;
  readonly strides: number;
  /** The shortcut is a convolution. */
  readonly project: boolean;
}

function addBlockV1(network: Network, { name, filters, strides, project }: ResidualBlockV1): void {
  const convolve = (part: number, args: { filters: number; kernelSize: number }, input: string) => {
    const strided = part < 2 ? { strides } : { padding: 'same' };
    network.add('conv2d', `${name}_${part}_conv`, { ...args, ...strided }, [input]);
    return network.add('batchNormalization', `${name}_${part}_bn`, { epsilon: EPSILON });
  };
  const relu = (layer: string) => network.add('activation', layer, { activation: 'relu' });

  const input = network.last;
  const output = { filters: 4 * filters, kernelSize: 1 };
  const shortcut = project ? convolve(0, output, input) : input;
  convolve(1, { filters, kernelSize: 1 }, input);
  convolve(2, { filters, kernelSize: 3 }, relu(`${name}_1_relu`));
  const residual = convolve(3, output, relu(`${name}_2_relu`));
  network.add('add', `${name}_add`, {}, [shortcut, residual]);
  relu(`${name}_out`);
}

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
        addBlockV2(network, {
          name: `conv${stage + 2}_block${index}`,
          filters: 64 * 2 ** stage,
          shortcut: index === 1 ? 'convolution' : last ? SHORTCUT_POOLINGS[stage] : undefined,
        });
      }
    }
    addNormReLU(network, 'post');
    return network.nodes;
  },
};

/** The automatic names of these layers in Keras. */
const SHORTCUT_POOLINGS = ['max_pooling2d', 'max_pooling2d_1', 'max_pooling2d_2'];

interface ResidualBlockV2 {
  readonly name: string;
  readonly filters: number;
  /** `convolution`, the name of a pooling that halves the image, or the identity. */
  readonly shortcut: string | undefined;
}

function addBlockV2(network: Network, { name, filters, shortcut }: ResidualBlockV2): void {
  const input = network.last;
  const output = { filters: 4 * filters, kernelSize: 1 };
  const strides = shortcut && shortcut !== 'convolution' ? 2 : 1;

  const activated = addNormReLU(network, `${name}_preact`);
  const skipped =
    shortcut === 'convolution'
      ? network.add('conv2d', `${name}_0_conv`, output)
      : shortcut
        ? network.add('maxPooling2d', shortcut, { poolSize: 1, strides }, [input])
        : input;
  network.add('conv2d', `${name}_1_conv`, { filters, kernelSize: 1, useBias: false }, [activated]);
  addNormReLU(network, `${name}_1`);
  network.add('zeroPadding2d', `${name}_2_pad`, { padding: 1 });
  network.add('conv2d', `${name}_2_conv`, { filters, kernelSize: 3, strides, useBias: false });
  addNormReLU(network, `${name}_2`);
  const residual = network.add('conv2d', `${name}_3_conv`, output);
  network.add('add', `${name}_out`, {}, [skipped, residual]);
}

function addNormReLU(network: Network, name: string): string {
  network.add('batchNormalization', `${name}_bn`, { epsilon: EPSILON });
  return network.add('activation', `${name}_relu`, { activation: 'relu' });
}
