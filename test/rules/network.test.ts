import { expect } from 'chai';
import type { Experiment } from '../../src/experiment/experiment.ts';
import { checkNetworkRules } from '../../src/rules/rules.ts';
import { experiment, layer, named, phase } from '../experiment.ts';

const ten = Array.from({ length: 10 }, (_, index) => String(index));

/** Returns the problems as `path: message`. */
function problems(wrong: Experiment, classNames: string[] | null = ten): string[] {
  const classes = wrong.data.classes?.length ?? classNames?.length ?? null;
  return checkNetworkRules(wrong, { classes, graph: null }).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );
}

const softmax = layer('dense', 'predictions', { units: 10, activation: 'softmax' });

describe('rules that need the network', () => {
  it('find no problem in a valid experiment', () => {
    expect(problems(experiment())).to.deep.equal([]);
  });

  const cases: Record<string, [Experiment, string[]]> = {
    'an unknown backbone': [
      experiment({ backbone: named('vgg61') }),
      [
        'model.backbone.name: there is no backbone named vgg61; there are vgg16, vgg19, resnet50, resnet50v2, mobilenet, mobilenetV2, mobilenetV3Small, mobilenetV3Large, efficientnetB0, efficientnetB1, efficientnetB2, efficientnetB3, efficientnetLite0, efficientnetLite1, efficientnetLite2, efficientnetV2B0, efficientnetV2B1, efficientnetV2B2, densenet121, convNeXtTiny. Did you mean vgg16?',
      ],
    ],
    'images that the weights cannot take': [
      experiment({
        backbone: named('vgg16', { inputShape: [32, 32, 1], weights: 'imagenet' }),
      }),
      [
        "model.backbone.inputShape: ImageNet's weights take images of 3 channels. Received: 32 × 32 × 1",
      ],
    ],
    'a cut that does not exist': [
      experiment({ backbone: named('vgg16', { cut: 'block3_pol' }) }),
      ['model.backbone.cut: the backbone has no layer named block3_pol. Did you mean block3_pool?'],
    ],
    'an image too small for the backbone': [
      experiment({ backbone: named('vgg16', { inputShape: [16, 16, 3] }) }),
      [
        'model.backbone: layer block5_pool (maxPooling2d): a window of 2 × 2 does not fit into 1 × 1; padding: same, or a smaller window, would. Received: [1, 1]',
      ],
    ],
    'layers that cannot take their inputs, all at once': [
      experiment({
        head: [
          layer('flatten', 'flatten'),
          layer('conv2d', 'conv', { filters: 8, kernelSize: 3 }),
          layer('dense', 'hidden', { units: 0 }),
          layer('dense', 'odd', { units: 3, activation: 'relo' }),
          softmax,
        ],
      }),
      [
        'model.head.1: layer conv (conv2d): takes an input of [height, width, channels]. Received: [512]',
        'model.head.3: layer odd (dense): activation must be one of linear, relu, relu6, elu, selu, sigmoid, silu, swish, gelu, mish, softmax, logSoftmax, softplus, softsign, tanh. Received: "relo". Did you mean relu?',
      ],
    ],
    'a kind of layer that does not exist': [
      experiment({ head: [layer('flaten', 'flatten'), softmax] }),
      [
        'model.head.0: layer flatten (flaten): there is no kind of layer named flaten. Did you mean flatten?',
      ],
    ],
    'an argument that a layer does not take': [
      experiment({ head: [layer('flatten', 'flatten'), layer('dense', 'p', { unit: 10 })] }),
      [
        'model.head.1: layer p (dense): takes units, activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer. Received: unit. Did you mean units?',
      ],
    ],
    'an initializer and a regularizer that do not exist': [
      experiment({
        head: [
          layer('flatten', 'flatten'),
          layer('dense', 'a', { units: 3, kernelInitializer: { heNormall: {} } }),
          layer('dense', 'b', { units: 10, kernelRegularizer: { l3: 1 } }),
        ],
      }),
      [
        'model.head.1: layer a (dense): kernelInitializer must be one of zeros, ones, constant, randomUniform, randomNormal, truncatedNormal, orthogonal, glorotUniform, glorotNormal, heUniform, heNormal, lecunUniform, lecunNormal, varianceScaling, or one of them with arguments. Received: {"heNormall":{}}. Did you mean heNormal?',
        'model.head.2: layer b (dense): kernelRegularizer must be l1, l2, or { l1: number, l2: number }. Received: {"l3":1}',
      ],
    ],
    'an input that does not exist': [
      experiment({
        head: [
          layer('flatten', 'flatten'),
          { ...layer('add', 'sum'), inputs: ['flatten', 'flaten'] },
          softmax,
        ],
      }),
      ['model.head.1: layer sum (add): no layer before it is named flaten. Did you mean flatten?'],
    ],
    'two layers of one name': [
      experiment({ head: [layer('flatten', 'block1_conv1'), softmax] }),
      ['model.head.0: layer block1_conv1 (flatten): another layer has this name already'],
    ],
    'an output that is not one number for each class': [
      experiment({ head: [layer('flatten', 'flatten'), layer('dense', 'p', { units: 100 })] }),
      [
        'model.head.1: the last layer must give one number for each of the 10 classes. Received: 100',
      ],
    ],
    'fewer classes than the output has': [
      experiment({ classes: ['cat', 'dog'] }),
      ['model.head.1: the last layer must give one number for each of the 2 classes. Received: 10'],
    ],
    'an output that is an image': [
      experiment({ head: [layer('activation', 'relu', { activation: 'relu' })] }),
      [
        'model.head.0: the last layer must give one number for each class; add flatten or globalAveragePooling2d before it. Received: 1 × 1 × 512',
      ],
    ],
    'freeze patterns that match nothing': [
      experiment({
        phases: [phase({ freeze: ['backbone'] }), phase({ freeze: ['blok1_*', { upTo: 'x' }] })],
      }),
      [
        'phases.1.freeze.0: blok1_* matches no layer. Did you mean block1_*?',
        'phases.1.freeze.1: no layer is named x; the layers are block1_conv1, block1_conv2, block1_pool, block2_conv1, block2_conv2, block2_pool, block3_conv1, block3_conv2, block3_conv3, block3_pool, block4_conv1, block4_conv2 and 8 more',
      ],
    ],
    'a freeze pattern with a typing error': [
      experiment({ phases: [phase({ freeze: ['bakbone'] })] }),
      ['phases.0.freeze.0: bakbone matches no layer. Did you mean backbone?'],
    ],
    'a phase with nothing to train': [
      experiment({ phases: [phase({ name: 'idle', freeze: ['backbone', 'head'] })] }),
      ['phases.0.freeze: phase idle trains nothing: all layers with weights are frozen'],
    ],
    'a learning rate scale for no layer': [
      experiment({ phases: [phase({ learningRateScale: { 'block5_*': 0.1, 'block6_*': 0.1 } })] }),
      [
        'phases.0.learningRateScale.block6_*: block6_* matches no layer. There are block1_* to block5_*',
      ],
    ],
  };

  for (const [title, [wrong, expected]] of Object.entries(cases)) {
    it(`find ${title}`, () => expect(problems(wrong)).to.deep.equal(expected));
  }

  it('do not check the width of the output before the classes are known', () => {
    const wide = [layer('flatten', 'flatten'), layer('dense', 'p', { units: 100 })];
    expect(problems(experiment({ head: wide }), null)).to.deep.equal([]);
  });
});
