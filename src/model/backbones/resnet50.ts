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
        block(network, {
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

interface Block {
  readonly name: string;
  readonly filters: number;
  readonly strides: number;
  /** The shortcut is a convolution. */
  readonly project: boolean;
}

function block(network: Network, { name, filters, strides, project }: Block): void {
  const convolve = (part: number, args: { filters: number; kernelSize: number }, input: string) => {
    const first = part < 2 ? { strides } : { padding: 'same' };
    network.add('conv2d', `${name}_${part}_conv`, { ...args, ...first }, [input]);
    return network.add('batchNormalization', `${name}_${part}_bn`, { epsilon: EPSILON });
  };
  const relu = (layer: string) => network.add('activation', layer, { activation: 'relu' });

  const input = network.last;
  const wide = { filters: 4 * filters, kernelSize: 1 };
  const shortcut = project ? convolve(0, wide, input) : input;
  convolve(1, { filters, kernelSize: 1 }, input);
  convolve(2, { filters, kernelSize: 3 }, relu(`${name}_1_relu`));
  const residual = convolve(3, wide, relu(`${name}_2_relu`));
  network.add('add', `${name}_add`, {}, [shortcut, residual]);
  relu(`${name}_out`);
}
