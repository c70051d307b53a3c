import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { RunError } from '../../src/common/errors.ts';
import { uniforms } from '../../src/common/random.ts';
import { normalizeResize } from '../../src/config/normalize.ts';
import type { Images } from '../../src/data/dataset.ts';
import { MemoryPixels } from '../../src/data/pixels.ts';
import { normalizationOf } from '../../src/data/preprocess.ts';
import type { Preprocessing } from '../../src/data/preprocessing.ts';
import type { LayerArgs } from '../../src/experiment/experiment.ts';
import { onnxModel } from '../../src/export/onnx/onnx.ts';
import { openOnnxRuntime } from '../../src/export/onnx/runtime.ts';
import { type Verification, verify } from '../../src/export/verify.ts';
import { backbones } from '../../src/model/backbones/table.ts';
import { buildModel } from '../../src/model/build.ts';
import { type Graph, type GraphNode, INPUT } from '../../src/model/graph.ts';
import { layerKinds } from '../../src/model/layers/table.ts';
import { activationNames } from '../../src/model/layers/tfjs-args.ts';
import { readModelFile } from '../../src/model/source.ts';
import type { SavedModel } from '../../src/predict/model.ts';
import { modelPath, saveModel } from '../../src/run-folder/model.ts';
import { useEngine } from '../engine.ts';

type Layer = readonly [kind: string, args?: LayerArgs, inputs?: readonly string[]];

/** A network of layers, each named by its place; without inputs, a layer follows the one before. */
function networkOf(inputShape: readonly number[], layers: readonly Layer[]): Graph {
  const nodes = layers.map(([kind, args = {}, inputs], i): GraphNode => {
    const before = i === 0 ? INPUT : `layer${i - 1}`;
    return { name: `layer${i}`, kind, args, inputs: inputs ?? [before], part: 'backbone' };
  });
  return { inputShape, nodes };
}

/** Statistics other than 0 and 1 show how a normalization uses them. */
const STATISTICS = {
  movingMeanInitializer: { randomNormal: { stddev: 0.5 } },
  movingVarianceInitializer: { randomUniform: { minval: 0.5, maxval: 2 } },
  gammaInitializer: { randomUniform: { minval: 0.5, maxval: 2 } },
  betaInitializer: { randomNormal: { stddev: 0.5 } },
};
const AFFINE = {
  gammaInitializer: STATISTICS.gammaInitializer,
  betaInitializer: STATISTICS.betaInitializer,
};
const BIAS = { biasInitializer: { randomNormal: { stddev: 0.5 } } };

/** Layers before the classifier, by what they are about. */
const NETWORKS: Readonly<Record<string, readonly Layer[]>> = {
  'convolutions with strides, dilation and multipliers': [
    ['conv2d', { filters: 6, kernelSize: [3, 5], strides: 2, padding: 'same', ...BIAS }],
    ['depthwiseConv2d', { kernelSize: 3, depthMultiplier: 2, padding: 'same', ...BIAS }],
    ['conv2d', { filters: 5, kernelSize: 3, dilationRate: 2, padding: 'same', useBias: false }],
    ['separableConv2d', { filters: 4, kernelSize: 3, ...BIAS }],
    ['conv2d', { filters: 4, kernelSize: 2, activation: 'relu', ...BIAS }],
    ['flatten'],
  ],
  'transposed convolutions': [
    ['conv2dTranspose', { filters: 4, kernelSize: 3, strides: 2, padding: 'same', ...BIAS }],
    ['conv2dTranspose', { filters: 3, kernelSize: 4, strides: 3, ...BIAS }],
    ['conv2dTranspose', { filters: 3, kernelSize: 2, strides: 3, padding: 'same', ...BIAS }],
    ['globalMaxPooling2d'],
  ],
  poolings: [
    ['maxPooling2d', { poolSize: 3, strides: 2, padding: 'same' }],
    ['averagePooling2d', { poolSize: 3, strides: 2, padding: 'same' }],
    ['maxPooling2d', { poolSize: 2, strides: 1 }],
    ['averagePooling2d', { poolSize: 2, strides: 1 }],
    ['globalAveragePooling2d'],
  ],
  normalizations: [
    ['rescaling', { scale: [0.5, 1, 2], offset: 0.25 }],
    ['batchNormalization', STATISTICS],
    ['batchNormalization', { ...STATISTICS, scale: false, center: false, epsilon: 0.1 }],
    ['normalization'],
    ['layerNormalization', { ...AFFINE, epsilon: 1e-6 }],
    ['layerNormalization', { scale: false, center: false }],
    ['flatten'],
  ],
  'noise, which is not active': [
    ['dropout', { rate: 0.5 }],
    ['spatialDropout2d', { rate: 0.5 }],
    ['gaussianNoise', { stddev: 1 }],
    ['gaussianDropout', { rate: 0.5 }],
    ['flatten'],
  ],
  'changes of shape': [
    [
      'zeroPadding2d',
      {
        padding: [
          [1, 2],
          [3, 0],
        ],
      },
    ],
    ['upSampling2d', { size: [2, 3] }],
    ['upSampling2d', { size: 2, interpolation: 'bilinear' }],
    [
      'cropping2d',
      {
        cropping: [
          [3, 1],
          [0, 2],
        ],
      },
    ],
    ['permute', { dims: [3, 1, 2] }],
    ['reshape', { targetShape: [-1, 6] }],
    ['dense', { units: 4, ...BIAS }],
    ['flatten'],
  ],
  branches: [
    ['conv2d', { filters: 3, kernelSize: 1 }],
    ['conv2d', { filters: 3, kernelSize: 3, padding: 'same' }, [INPUT]],
    ['add', {}, ['layer0', 'layer1', INPUT]],
    ['average', {}, ['layer2', 'layer0']],
    ['maximum', {}, ['layer3', 'layer1', INPUT]],
    ['multiply', {}, ['layer4', 'layer0']],
    ['concatenate', {}, ['layer5', 'layer2', INPUT]],
    ['globalAveragePooling2d'],
  ],
  activations: [
    ['reLU', { maxValue: 4 }],
    ['leakyReLU', {}],
    ['leakyReLU', { alpha: 0.1 }],
    ['elu', {}],
    ...activationNames.map((name): Layer => ['activation', { activation: name }]),
    ['conv2d', { filters: 8, kernelSize: 1, activation: 'gelu', ...BIAS }],
    ['reLU', {}],
    ['flatten'],
    ['softmax', {}],
  ],
};

const plain: Pick<Preprocessing, 'resize' | 'normalize' | 'tta'> = {
  resize: normalizeResize('stretch'),
  normalize: normalizationOf('torch', 3),
  tta: 'none',
};

describe('an ONNX model', () => {
  const engine = useEngine();
  const { signal } = new AbortController();
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-onnx-'));
  });
  after(() => rm(folder, { recursive: true }));

  function imagesOf(
    [height, width, channels]: readonly [number, number, number],
    count: number,
  ): Images {
    const stride = height * width * channels;
    const bytes = Uint8Array.from(uniforms(count * stride, [height, width]), (u) => 256 * u);
    const labels = new Int32Array(count);
    return { height, width, channels, labels, pixels: new MemoryPixels(bytes, stride) };
  }

  /** Saves a network with random weights, exports it, and compares it in onnxruntime. */
  async function compare(
    network: Graph,
    described: Omit<Preprocessing, 'labels' | 'inputShape'>,
    count = 20,
  ): Promise<Verification> {
    const saved = await save(network, described, 5);
    return compareWith(saved, saved, count);
  }

  /** Exports a model, and compares it in onnxruntime with a model of this engine. */
  async function compareWith(
    exported: SavedModel,
    saved: SavedModel,
    count: number,
  ): Promise<Verification> {
    const path = join(dirname(exported.path), 'model.onnx');
    await writeFile(path, await onnxModel(exported));
    const runtime = await openOnnxRuntime(path);
    if (!runtime) throw new Error('onnxruntime-node is not installed');
    const images = imagesOf(saved.preprocessing.imageShape, count);
    return verify(runtime, saved, images, { engine: engine(), signal });
  }

  /** Saves a network and a classifier with random weights. */
  async function save(
    network: Graph,
    described: Omit<Preprocessing, 'labels' | 'inputShape'>,
    seed: number,
  ): Promise<SavedModel> {
    const own = await mkdtemp(join(folder, 'model-'));
    const inputShape = network.inputShape as [number, number, number];
    const labels = ['a', 'b', 'c'];
    const preprocessing = { ...described, labels, inputShape };
    const head: GraphNode = {
      name: 'predictions',
      kind: 'dense',
      args: {
        units: 3,
        activation: 'softmax',
        kernelInitializer: { randomNormal: { stddev: 0.3 } },
      },
      inputs: [network.nodes.at(-1)?.name ?? INPUT],
      part: 'head',
    };
    const graph = { inputShape, nodes: [...network.nodes, head] };
    const model = buildModel(graph, seed);
    await saveModel(own, model, preprocessing);
    model.dispose();
    const read = await readModelFile(modelPath(own));
    return { ...read, name: 'x', preprocessing, precision: 'float32' };
  }

  it('of each kind of layer is tested', () => {
    const tested = Object.values(NETWORKS).flatMap((layers) => layers.map(([kind]) => kind));
    expect(tested).to.include.members(Object.keys(layerKinds));
  });

  for (const [about, layers] of Object.entries(NETWORKS))
    it(`predicts the same in onnxruntime: ${about}`, async () => {
      const shape = [14, 13, 3] as const;
      const {
        agreement,
        largestDifference,
        engine: name,
      } = await compare(networkOf(shape, layers), { ...plain, imageShape: shape });
      expect(name).to.match(/^onnxruntime \d/);
      expect(agreement).to.equal(1);
      expect(largestDifference).to.be.below(1e-5);
    });

  it('with other weights is refused', async () => {
    const shape = [14, 13, 3] as const;
    const network = networkOf(shape, [['flatten']]);
    const described = { ...plain, imageShape: shape };
    const [first, other] = [await save(network, described, 5), await save(network, described, 6)];
    const error = await compareWith(other, first, 40).then(
      () => null,
      (reason: Error) => reason,
    );
    expect(error).to.be.an.instanceOf(RunError);
    expect(error?.message).to.match(
      /^onnxruntime \S+ predicts the class of this program for \d+\.\d\d % of 40 images only, and should for all/,
    );
  });

  const classifier: readonly Layer[] = [['flatten']];
  const PREPARATIONS: Readonly<Record<string, Omit<Preprocessing, 'labels' | 'inputShape'>>> = {
    'BGR means': { ...plain, normalize: normalizationOf('caffe', 3), imageShape: [12, 16, 3] },
    'mirrored images': { ...plain, tta: 'flip', imageShape: [12, 16, 3] },
    'small images': { ...plain, imageShape: [6, 8, 3] },
    'cropped images, bicubic': {
      ...plain,
      resize: { fit: 'crop', interpolation: 'bicubic' },
      imageShape: [9, 9, 3],
    },
    'padded images, Lanczos': {
      ...plain,
      resize: { fit: 'pad', interpolation: 'lanczos3' },
      imageShape: [9, 9, 3],
    },
    'grey images': { ...plain, normalize: normalizationOf('tf', 3), imageShape: [12, 16, 1] },
  };

  for (const [about, described] of Object.entries(PREPARATIONS))
    it(`prepares images as training does: ${about}`, async () => {
      const verification = await compare(networkOf([12, 16, 3], classifier), described);
      expect(verification.agreement).to.equal(1);
      expect(verification.largestDifference).to.be.below(1e-5);
    });

  for (const name of [
    'mobilenet',
    'efficientnetLite0',
    'resnet50',
    'mobilenetV3Small',
    'convNeXtTiny',
  ])
    it(`predicts the same in onnxruntime: ${name}`, async function () {
      this.timeout(300_000);
      const shape = [64, 64, 3] as const;
      const nodes =
        backbones[name]?.layers({ inputShape: shape, alpha: 1, weights: 'other' }) ?? [];
      const pool: GraphNode = {
        name: 'pool',
        kind: 'globalAveragePooling2d',
        args: {},
        inputs: [nodes.at(-1)?.name ?? INPUT],
        part: 'head',
      };
      const graph = { inputShape: shape, nodes: [...nodes, pool] };
      const { agreement, largestDifference } = await compare(
        graph,
        { ...plain, imageShape: shape },
        4,
      );
      expect(agreement).to.equal(1);
      expect(largestDifference).to.be.below(1e-4);
    });
});
