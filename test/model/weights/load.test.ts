import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { InputError } from '../../../src/common/errors.ts';
import type { BackboneConfig, LayerArgs, LayerConfig } from '../../../src/experiment/experiment.ts';
import { buildModel } from '../../../src/model/build.ts';
import { buildGraph } from '../../../src/model/build-graph.ts';
import { layersOf } from '../../../src/model/weights/keras.ts';
import { loadWeights, readArchitecture } from '../../../src/model/weights/load.ts';
import { expectedWeights, fixture } from './fixtures.ts';

const same = { padding: 'same', kernelSize: 1, filters: 4 };

/** `network` of make_fixtures.py, in another order than `model.layers`. */
const layers: LayerConfig[] = [
  layer('conv2d', 'stem', 'input', { ...same, kernelSize: 3 }),
  layer('conv2d', 'shortcut', 'stem', { ...same, useBias: false }),
  layer('depthwiseConv2d', 'depthwise', 'stem', { padding: 'same', kernelSize: 3 }),
  layer('batchNormalization', 'depthwise_bn', 'depthwise'),
  layer('conv2d', 'pointwise', 'depthwise_bn', { ...same, useBias: false }),
  layer('batchNormalization', 'pointwise_bn', 'pointwise', { scale: false }),
  { ...layer('add', 'add', ''), inputs: ['shortcut', 'pointwise_bn'] },
  layer('separableConv2d', 'separable', 'add', { kernelSize: 3, filters: 5 }),
  layer('globalAveragePooling2d', 'pool', 'separable'),
];
/** The head has a layer with the name of a layer in the file, which is after the cut. */
const head: LayerConfig[] = [
  layer('flatten', 'flatten', 'add'),
  layer('dense', 'predictions', 'flatten', { units: 2 }),
];

function layer(kind: string, name: string, input: string, args: LayerArgs = {}): LayerConfig {
  return { kind, name, args, inputs: [input] };
}

function backbone(weights: string, changed = layers): BackboneConfig {
  return { from: { kind: 'layers', layers: changed }, weights, inputShape: [6, 6, 3], cut: 'add' };
}

/** Returns the first value of each weight. */
async function firstValues(model: tf.LayersModel): Promise<Record<string, number | undefined>> {
  const named = model.weights.map(async (weight) => {
    return [weight.originalName, (await weight.read().data())[0]] as const;
  });
  return Object.fromEntries(await Promise.all(named));
}

describe('loadWeights', () => {
  for (const [file, expected] of [
    ['keras2-network.h5', 'keras2-network'],
    ['keras2-network.weights.h5', 'keras2-network'],
    ['keras3-network-model.h5', 'keras3-network'],
    ['keras3-network.keras', 'keras3-network'],
    ['network.safetensors', 'keras2-network'],
    ['tfjs-quantized/model.json', 'keras2-network'],
  ] as const) {
    it(`loads ${file} into the backbone, and does not change the head`, async () => {
      const config = backbone(fixture(file));
      const model = buildModel(buildGraph({ backbone: config, head }), 1);
      const before = await firstValues(model);
      await loadWeights(model, fixture(file), config, null);
      const after = await firstValues(model);
      for (const [name, first] of Object.entries(after)) {
        const [layerName = '', weight = ''] = name.split('/');
        const expectedFirst =
          layerName === 'predictions'
            ? before[name]
            : expectedWeights(expected)[layerName]?.[weight]?.first;
        expect(first, name).to.equal(expectedFirst);
      }
      expect(Object.keys(after)).to.have.length(15);
      model.dispose();
    });
  }

  it('changes nothing if a shape differs', async () => {
    const wide = layers.map((each) =>
      each.name === 'shortcut' || each.name === 'pointwise'
        ? { ...each, args: { ...each.args, filters: 6 } }
        : each,
    );
    const path = fixture('keras2-network.h5');
    const config = backbone(path, wide);
    const model = buildModel(buildGraph({ backbone: config, head }), 1);
    const before = await firstValues(model);
    const error = await loadWeights(model, path, config, null).catch((each: Error) => each);
    expect(error).to.be.instanceOf(InputError);
    expect((error as Error).message).to.contain(
      'layer pointwise: kernel has the shape [1, 1, 4, 6] in the model, and [1, 1, 4, 4] in the file',
    );
    expect(await firstValues(model)).to.deep.equal(before);
    model.dispose();
  });

  it('leaks no tensor', async () => {
    const path = fixture('tfjs-quantized/model.json');
    const config = backbone(path);
    const model = buildModel(buildGraph({ backbone: config, head }), 1);
    const { numTensors } = tf.memory();
    await loadWeights(model, path, config, null);
    expect(tf.memory().numTensors).to.equal(numTensors);
    model.dispose();
  });
});

describe('readArchitecture', () => {
  for (const name of [
    'keras2-network-model.h5',
    'keras3-network.keras',
    'tfjs-quantized/model.json',
  ]) {
    it(`returns the layers of ${name}`, async () => {
      const names = layersOf(await readArchitecture(fixture(name))).map((each) => each.name);
      // The fixtures call their input layer pictures.
      expect(names).to.have.members([
        'pictures',
        ...layers.map((each) => each.name),
        'predictions',
      ]);
    });
  }

  it('rejects a file with weights only', async () => {
    const error = await readArchitecture(fixture('keras2-network.h5')).catch((each) => each);
    expect(error).to.be.instanceOf(InputError);
    expect(error.message).to.contain('contains weights only');
  });
});
