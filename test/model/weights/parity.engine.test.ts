import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { preprocess } from '../../../src/data/preprocess.ts';
import type { BackboneConfig, DataConfig } from '../../../src/experiment/experiment.ts';
import { buildModel } from '../../../src/model/build.ts';
import { buildGraph } from '../../../src/model/build-graph.ts';
import { loadWeights } from '../../../src/model/weights/load.ts';
import { useEngine } from '../../engine.ts';
import { needsShared, shared } from '../../requirements.ts';

/** The outputs of one layer in Keras. */
interface Features {
  readonly shape: number[];
  readonly mean: number;
  readonly std: number;
  readonly first16_of_each: number[][];
}

const RELATIVE = 1e-3;

describe('the outputs of pretrained backbones', () => {
  needsShared();
  useEngine();

  let folder: string;
  let images: tf.Tensor4D;
  let vgg19: Record<string, Features>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    const golden = await goldenJson('vgg19-features.json');
    images = tf.tensor4d(golden.images_uint8_nhwc);
    vgg19 = golden.features;
  });
  after(async () => {
    images?.dispose();
    if (folder) await rm(folder, { recursive: true });
  });

  it('equal those of Keras for VGG19 from an HDF5 file of keras.applications', async () => {
    const path = join(folder, 'vgg19.h5');
    const packed = join(`${shared}/golden`, 'vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5.gz');
    await pipeline(createReadStream(packed), createGunzip(), createWriteStream(path));
    const model = await backbone({ name: 'vgg19', weights: path, size: 32, cut: null });
    await compare(model, { layers: vgg19, images, mode: 'caffe' });
  });

  it('equal those of Keras for VGG19 up to block3_pool from a tfjs model', async () => {
    const weights = `${shared}/data/weights/vgg19-imagenet-to-block3_pool/model.json`;
    const model = await backbone({ name: 'vgg19', weights, size: 32, cut: 'block3_pool' });
    const { block1_pool, block2_pool, block3_pool } = vgg19;
    const layers = { block1_pool, block2_pool, block3_pool } as Record<string, Features>;
    await compare(model, { layers, images, mode: 'caffe' });
  });

  it('equal those of Keras for MobileNet up to conv_pw_12_relu from a tfjs model', async () => {
    const weights = `${shared}/data/weights/mobilenet-v1-imagenet-to-conv_pw_12_relu/model.json`;
    const cut = 'conv_pw_12_relu';
    const model = await backbone({ name: 'mobilenet', weights, size: 128, cut });
    const layers = { [cut]: await goldenJson('mobilenet-features.json') };
    const enlarged = tf.image.resizeNearestNeighbor(images, [128, 128]);
    await compare(model, { layers, images: enlarged, mode: 'tf' });
    enlarged.dispose();
  });

  it('need a file with all layers of the network', async () => {
    const weights = `${shared}/data/weights/vgg19-imagenet-to-block3_pool/model.json`;
    const loading = backbone({ name: 'vgg19', weights, size: 32, cut: 'block4_pool' });
    const error = await loading.catch((each: Error) => each);
    expect(error)
      .to.be.instanceOf(Error)
      .with.property('message')
      .that.contains(
        'model.json end after block3_pool; cut: block3_pool leaves out the layers after it',
      );
  });
});

async function goldenJson(name: string) {
  return JSON.parse(await readFile(`${shared}/golden/${name}`, 'utf8'));
}

interface BackboneOptions {
  readonly name: string;
  readonly weights: string;
  readonly size: number;
  readonly cut: string | null;
}

async function backbone({ name, weights, size, cut }: BackboneOptions): Promise<tf.LayersModel> {
  const config: BackboneConfig = {
    from: { kind: 'named', name, alpha: 1 },
    weights,
    inputShape: [size, size, 3],
    cut,
  };
  const model = buildModel(buildGraph({ backbone: config, head: [] }), 1);
  await loadWeights(model, weights, config, null);
  return model;
}

interface Case {
  readonly layers: Readonly<Record<string, Features>>;
  readonly images: tf.Tensor4D;
  readonly mode: DataConfig['preprocess'];
}

/** Compares the output of each layer, and prints the largest relative errors. */
async function compare(model: tf.LayersModel, { layers, images, mode }: Case): Promise<void> {
  const errors: string[] = [];
  const outputs = Object.keys(layers).map((name) => model.getLayer(name).output);
  const outputModel = tf.model({ inputs: model.inputs, outputs: outputs as tf.SymbolicTensor[] });
  const features = tf.tidy(() => [outputModel.predict(preprocess(images, mode))].flat());
  for (const [i, [name, expected]] of Object.entries(layers).entries()) {
    const error = await largestError(features[i] as tf.Tensor, expected);
    errors.push(`${name} ${error.toExponential(1)}`);
    expect(error, name).to.be.below(RELATIVE);
  }
  tf.dispose(features);
  model.dispose();
  console.log(`      ${errors.join(', ')}`);
}

/** Returns the largest relative error of the mean, the deviation and the values; values near zero count as std / 1000. */
async function largestError(features: tf.Tensor, expected: Features): Promise<number> {
  expect(features.shape).to.deep.equal(expected.shape);
  const { mean, variance } = tf.moments(features);
  const numbers = features.reshape([expected.shape[0] ?? 0, -1]).slice([0, 0], [-1, 16]);
  const received = [
    ...(await mean.data()),
    Math.sqrt((await variance.data())[0] ?? 0),
    ...(await numbers.data()),
  ];
  const expectedValues = [expected.mean, expected.std, ...expected.first16_of_each.flat()];
  tf.dispose([mean, variance, numbers]);
  const floor = expected.std / 1000;
  const errors = expectedValues.map((each, i) => {
    return Math.abs((received[i] ?? Number.NaN) - each) / Math.max(Math.abs(each), floor);
  });
  return Math.max(...errors);
}
