import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { describePreprocessing } from '../../src/data/preprocessing.ts';
import { saveModel } from '../../src/run-folder/model.ts';
import { STRETCH } from '../data/fixture.ts';
import { useEngine } from '../engine.ts';
import { predictInPlainTfjs } from './plain-tfjs.ts';

/** A classifier with a sum of two inputs, batch normalization, dropout and softmax. */
function classifier(): tf.LayersModel {
  const { layers } = tf;
  const input = tf.input({ shape: [8, 8, 3] });
  const conv = (name: string) =>
    layers.conv2d({
      filters: 4,
      kernelSize: 3,
      padding: 'same',
      kernelInitializer: 'heNormal',
      name,
    });
  const left = conv('left').apply(input);
  const right = layers.batchNormalization({ name: 'bn' }).apply(conv('right').apply(input));
  const sum = layers.add().apply([left, right] as tf.SymbolicTensor[]);
  const flat = layers.flatten().apply(layers.activation({ activation: 'relu' }).apply(sum));
  const dropped = layers.dropout({ rate: 0.5 }).apply(flat);
  const output = layers.dense({ units: 3, activation: 'softmax' }).apply(dropped);
  return tf.model({ inputs: input, outputs: output as tf.SymbolicTensor });
}

const PREPROCESSING = describePreprocessing(
  {
    data: { dataset: 'folder', resize: STRETCH, preprocess: 'caffe' },
    evaluate: { tta: 'none' },
  },
  [8, 8, 3],
  ['cat', 'dog', 'ship'],
);

describe('a saved model', () => {
  useEngine();
  let folder: string;
  let model: tf.LayersModel;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    model = classifier();
    await saveModel(folder, model, PREPROCESSING);
  });

  after(() => rm(folder, { recursive: true }));

  it('consists of model.json, its weights, its class names and its preprocessing', async () => {
    const files = await readdir(join(folder, 'model'));
    expect(files.sort()).to.deep.equal([
      'labels.json',
      'model.json',
      'preprocessing.json',
      'weights.bin',
    ]);
    const weights = await readFile(join(folder, 'model', 'weights.bin'));
    expect(weights.length).to.equal(4 * model.countParams());
    const read = async (name: string) =>
      JSON.parse(await readFile(join(folder, 'model', name), 'utf8'));
    expect(await read('labels.json')).to.deep.equal(['cat', 'dog', 'ship']);
    const { format, userDefinedMetadata } = await read('model.json');
    expect(format).to.equal('layers-model');
    expect(userDefinedMetadata).to.deep.equal({ preprocessing: PREPROCESSING });
    expect(await read('preprocessing.json')).to.deep.equal({ formatVersion: 1, ...PREPROCESSING });
    expect(PREPROCESSING).to.deep.equal({
      labels: ['cat', 'dog', 'ship'],
      imageShape: [8, 8, 3],
      inputShape: [8, 8, 3],
      resize: { fit: 'stretch', interpolation: 'bilinear' },
      normalize: {
        channelOrder: 'BGR',
        divisor: 1,
        mean: [103.939, 116.779, 123.68],
        deviation: [1, 1, 1],
      },
      tta: 'none',
    });
  });

  it('predicts the same in plain TensorFlow.js in another process', async () => {
    const values = Array.from({ length: 5 * 8 * 8 * 3 }, (_, i) => Math.sin(i));
    const here = model.predict(tf.tensor(values, [5, 8, 8, 3])) as tf.Tensor;
    const there = await predictInPlainTfjs(join(folder, 'model'), [5, 8, 8, 3], values);
    expect(there.shape).to.deep.equal([5, 3]);
    for (const [i, value] of here.dataSync().entries())
      expect(there.values[i]).to.be.closeTo(value, 1e-5);
  });
});
