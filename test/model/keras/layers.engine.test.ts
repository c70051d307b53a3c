import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import type { LayerArgs } from '../../../src/experiment/experiment.ts';
import { buildModel, setFrozen } from '../../../src/model/build.ts';
import { type Graph, INPUT, type Shape } from '../../../src/model/graph.ts';
import { setRandomSource, stepRandomSource } from '../../../src/model/keras/noise.ts';
import { useEngine } from '../../engine.ts';

function chain(inputShape: Shape, ...layers: [kind: string, args: LayerArgs][]): Graph {
  const nodes = layers.map(([kind, args], index) => ({
    name: `layer_${index}`,
    kind,
    args,
    inputs: [index === 0 ? INPUT : `layer_${index - 1}`],
    part: 'head' as const,
  }));
  return { inputShape, nodes };
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0) / values.length;
}

function deviation(values: ArrayLike<number>): number {
  const center = mean(values);
  return Math.sqrt(mean(Array.from(values, (value) => (value - center) ** 2)));
}

describe('layers that compute like Keras', () => {
  const engine = useEngine();

  const train = (model: tf.LayersModel, input: tf.Tensor, key = { seed: 1, step: 0 }) => {
    setRandomSource(
      stepRandomSource(engine(), { seed: key.seed, step: tf.scalar(key.step, 'int32') }),
    );
    return (model.apply(input, { training: true }) as tf.Tensor).dataSync();
  };

  describe('batchNormalization', () => {
    const graph = chain([2], ['batchNormalization', {}]);
    const input = () =>
      tf.tensor2d([
        [1, 10],
        [2, 10],
        [3, 40],
        [6, 20],
      ]);
    const statistics = (model: tf.LayersModel) =>
      model
        .getLayer('layer_0')
        .getWeights()
        .slice(2)
        .map((weight) => Array.from(weight.dataSync()));

    it('normalizes by the batch in training, and updates the moving mean and biased variance', () => {
      const model = buildModel(graph, 1);
      const output = train(model, input());
      // Batch: means 3 and 20, biased variances 3.5 and 150.
      expect(output[0]).to.be.closeTo(-2 / Math.sqrt(3.5 + 1e-3), 1e-5);
      expect(output[5]).to.be.closeTo(20 / Math.sqrt(150 + 1e-3), 1e-5);
      const [means, variances] = statistics(model);
      expect(means?.[0]).to.be.closeTo(0.01 * 3, 1e-6);
      expect(variances?.[0]).to.be.closeTo(0.99 + 0.01 * 3.5, 1e-6);
      expect(variances?.[1]).to.be.closeTo(0.99 + 0.01 * 150, 1e-5);
    });

    it('runs in inference mode and keeps its statistics if it is frozen', () => {
      const model = buildModel(graph, 1);
      setFrozen(model, new Set(['layer_0']));
      const output = train(model, input());
      expect(output[0]).to.be.closeTo(1 / Math.sqrt(1 + 1e-3), 1e-6);
      expect(statistics(model)).to.deep.equal([
        [0, 0],
        [1, 1],
      ]);
    });

    it('trains without center and scale', () => {
      const model = buildModel(
        chain([2], ['batchNormalization', { center: false, scale: false }]),
        1,
      );
      expect(train(model, input())[0]).to.be.closeTo(-2 / Math.sqrt(3.5 + 1e-3), 1e-5);
    });

    it('passes gradients to earlier layers if it is frozen, with and without scale', () => {
      const plain = { kernelInitializer: 'ones', useBias: false };
      for (const args of [{}, { scale: false }, { center: false, scale: false }]) {
        const layers = chain([2], ['dense', { units: 1, ...plain }], ['batchNormalization', args]);
        const model = buildModel(layers, 1);
        setFrozen(model, new Set(['layer_1']));
        const { grads } = tf.variableGrads(() =>
          (model.apply(input(), { training: true }) as tf.Tensor).sum().asScalar(),
        );
        const [kernel] = Object.values(grads).map((gradient) => Array.from(gradient.dataSync()));
        // The sums of the two input columns, divided by √(1 + epsilon).
        expect(kernel?.[0]).to.be.closeTo(12 / Math.sqrt(1 + 1e-3), 1e-4);
        expect(kernel?.[1]).to.be.closeTo(80 / Math.sqrt(1 + 1e-3), 1e-3);
      }
    });

    it('has the gradients of its elementary operations', () => {
      const model = buildModel(graph, 1);
      const weights = [
        [0.5, 2],
        [3, -1],
        [0, 0],
        [1, 1],
      ].map((each) => tf.tensor1d(each));
      model.getLayer('layer_0').setWeights(weights);
      const target = tf.tensor2d([
        [1, 0],
        [0, 2],
        [0, 0],
        [3, 0],
      ]);
      const x = tf.variable(input());
      const composed = () => {
        const { mean, variance } = tf.moments(x, [0]);
        const [gamma, beta] = model.trainableWeights.map((weight) => weight.read());
        const normalized = x.sub(mean).div(variance.add(1e-3).sqrt());
        return normalized.mul(gamma as tf.Tensor).add(beta as tf.Tensor);
      };
      const gradients = (forward: () => tf.Tensor) =>
        Object.values(tf.variableGrads(() => forward().mul(target).sum()).grads).map((gradient) =>
          Array.from(gradient.dataSync()),
        );
      const actual = gradients(() => model.apply(x, { training: true }) as tf.Tensor);
      const expected = gradients(composed);
      expect(actual.flat()).to.have.length(12);
      for (const [index, gradient] of actual.entries()) {
        for (const [at, value] of gradient.entries()) {
          expect(value).to.be.closeTo(expected[index]?.[at] ?? Number.NaN, 1e-4);
        }
      }
    });

    it('computes the same for many images, with the kernel of the engine', () => {
      const shape = [16, 64, 64, 4] as [number, number, number, number];
      const many = buildModel(chain([64, 64, 4], ['batchNormalization', {}]), 1);
      many.getLayer('layer_0').setWeights(
        [
          [0.5, 2, 1, 3],
          [3, -1, 0, 1],
          [0, 0, 0, 0],
          [1, 1, 1, 1],
        ].map((each) => tf.tensor1d(each)),
      );
      const x = tf.variable(tf.randomNormal(shape, 2, 3, 'float32', 7));
      const target = tf.randomNormal(shape, 0, 1, 'float32', 8);
      const [gamma, beta] = many.trainableWeights.map((weight) => weight.read()) as [
        tf.Tensor,
        tf.Tensor,
      ];
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      const composed = () => {
        const { mean, variance } = tf.moments(x, [0, 1, 2]);
        return x.sub(mean).div(variance.add(1e-3).sqrt()).mul(gamma).add(beta);
      };
      const byKernel = () => many.apply(x, { training: true }) as tf.Tensor;
      const maxDifference = (a: tf.Tensor, b: tf.Tensor) => a.sub(b).abs().max().dataSync()[0];
      expect(maxDifference(byKernel(), composed())).to.be.below(1e-4);
      const [, , movingMean, movingVariance] = many.getLayer('layer_0').getWeights() as tf.Tensor[];
      expect(maxDifference(movingMean as tf.Tensor, mean.mul(0.01))).to.be.below(1e-5);
      expect(maxDifference(movingVariance as tf.Tensor, variance.mul(0.01).add(0.99))).to.be.below(
        1e-5,
      );
      const gradients = (forward: () => tf.Tensor) =>
        Object.values(tf.variableGrads(() => forward().mul(target).sum()).grads);
      const expected = gradients(composed);
      for (const [i, gradient] of gradients(byKernel).entries()) {
        const size = (expected[i] as tf.Tensor).abs().max().dataSync()[0] as number;
        expect((maxDifference(gradient, expected[i] as tf.Tensor) as number) / size).to.be.below(
          1e-4,
        );
      }
    });
  });

  it('normalization subtracts the mean and divides by the standard deviation, also in training', () => {
    const model = buildModel(chain([2], ['normalization', {}]), 1);
    model
      .getLayer('layer_0')
      .setWeights([tf.tensor1d([1, 2]), tf.tensor1d([4, 9]), tf.scalar(100)]);
    const input = tf.tensor2d([[5, 8]]);
    expect(Array.from(train(model, input), (value) => value.toFixed(5))).to.deep.equal([
      '2.00000',
      '2.00000',
    ]);
  });

  it('dilated convolutions equal those of TensorFlow for sizes that are not multiples of the rate', () => {
    for (const padding of ['same', 'valid'] as const) {
      for (const rate of [2, 3]) {
        const args = {
          filters: 4,
          kernelSize: [2, 3],
          dilationRate: rate,
          padding,
          useBias: false,
        };
        const model = buildModel(chain([9, 10, 3], ['conv2d', args]), 1);
        const x = tf.randomUniform<tf.Rank.R4>([2, 9, 10, 3]);
        const [kernel] = model.getWeights() as [tf.Tensor4D];
        const expected = tf.conv2d(x, kernel, 1, padding, 'NHWC', rate).dataSync();
        const actual = (model.predict(x) as tf.Tensor).dataSync();
        expect(actual).to.have.length(expected.length);
        expect(
          Math.max(...actual.map((each, i) => Math.abs(each - (expected[i] ?? 0)))),
        ).to.be.below(1e-5);
      }
    }
  });

  describe('dropout', () => {
    const ones = () => tf.ones([64, 100]);
    const dropout = () => buildModel(chain([100], ['dropout', { rate: 0.25 }]), 1);

    it('drops a fraction and scales the rest in training, and does nothing in inference', () => {
      const model = dropout();
      const output = train(model, ones());
      expect([...new Set(output)].toSorted().map((value) => value.toFixed(4))).to.deep.equal([
        '0.0000',
        '1.3333',
      ]);
      expect(mean(output)).to.be.closeTo(1, 0.03);
      expect(mean((model.predict(ones()) as tf.Tensor).dataSync())).to.equal(1);
    });

    it('depends on the seed, the step and the layer alone', () => {
      const first = train(dropout(), ones());
      expect(train(dropout(), ones())).to.deep.equal(first);
      expect(train(dropout(), ones(), { seed: 1, step: 1 })).not.to.deep.equal(first);
      expect(train(dropout(), ones(), { seed: 2, step: 0 })).not.to.deep.equal(first);
      const second = buildModel(
        chain([100], ['activation', { activation: 'linear' }], ['dropout', { rate: 0.25 }]),
        1,
      );
      expect(train(second, ones())).not.to.deep.equal(first);
    });

    it('shares random numbers along axes of noiseShape with size 1', () => {
      const args = { rate: 0.5, noiseShape: [null, 1] };
      const model = buildModel(chain([100], ['dropout', args]), 1);
      const rows = tf.tensor2d(train(model, ones()), [64, 100]).mean(1).dataSync();
      expect([...new Set(rows)].toSorted()).to.deep.equal([0, 2]);
    });

    it('drops whole channels of images', () => {
      const model = buildModel(chain([4, 4, 50], ['spatialDropout2d', { rate: 0.5 }]), 1);
      const output = tf.tensor4d(train(model, tf.ones([8, 4, 4, 50])), [8, 4, 4, 50]);
      const channels = output.mean([1, 2]).dataSync();
      expect([...new Set(channels)].toSorted()).to.deep.equal([0, 2]);
    });
  });

  it('noise and dropout pass their input if they are frozen', () => {
    for (const kind of ['dropout', 'spatialDropout2d', 'gaussianNoise', 'gaussianDropout']) {
      const args = kind === 'gaussianNoise' ? { stddev: 0.5 } : { rate: 0.5 };
      const model = buildModel(chain([4, 4, 3], [kind, args]), 1);
      expect(new Set(train(model, tf.ones([2, 4, 4, 3]))), kind).not.to.have.keys(1);
      setFrozen(model, new Set(['layer_0']));
      expect(new Set(train(model, tf.ones([2, 4, 4, 3]))), kind).to.have.keys(1);
    }
  });

  it('gaussianNoise adds noise, gaussianDropout multiplies by it', () => {
    const input = () => tf.fill([100, 200], 3);
    const noise = train(buildModel(chain([200], ['gaussianNoise', { stddev: 0.5 }]), 1), input());
    expect(mean(noise)).to.be.closeTo(3, 0.02);
    expect(deviation(noise)).to.be.closeTo(0.5, 0.01);
    const dropout = train(buildModel(chain([200], ['gaussianDropout', { rate: 0.2 }]), 1), input());
    expect(mean(dropout)).to.be.closeTo(3, 0.05);
    expect(deviation(dropout)).to.be.closeTo(3 * Math.sqrt(0.2 / 0.8), 0.03);
  });

  it('can be loaded by TensorFlow.js, which computes the same', async function (this: Mocha.Context) {
    this.timeout(60_000);
    const graph = chain(
      [6, 6, 3],
      ['rescaling', { scale: [0.5, 1, 2] }],
      ['normalization', {}],
      ['conv2d', { filters: 4, kernelSize: 3, kernelRegularizer: { l2: 1e-4 } }],
      ['batchNormalization', { scale: false }],
      ['reLU', { maxValue: 6 }],
      ['spatialDropout2d', { rate: 0.5 }],
      ['dropout', { rate: 0.5, noiseShape: [null, 1, 1, 1] }],
      ['cropping2d', { cropping: 1 }],
      ['gaussianNoise', { stddev: 1 }],
      ['flatten', {}],
      ['gaussianDropout', { rate: 0.5 }],
      ['dense', { units: 3, activation: 'softmax' }],
    );
    const model = buildModel(graph, 1);
    setFrozen(model, new Set(['layer_2']));
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save({
      save: async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      },
    });
    const input = Array.from({ length: 108 }, (_, index) => (index % 7) / 7);
    const expected = (model.predict(tf.tensor4d(input, [1, 6, 6, 3])) as tf.Tensor).dataSync();

    const weights = Buffer.from(saved?.weightData as ArrayBuffer).toString('base64');
    const program = `
      const tf = require(${JSON.stringify(createRequire(import.meta.url).resolve('@tensorflow/tfjs'))});
      const { topology, specs, weights, input } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
      const data = Uint8Array.from(Buffer.from(weights, 'base64')).buffer;
      tf.setBackend('cpu')
        .then(() => tf.loadLayersModel(tf.io.fromMemory({ modelTopology: topology, weightSpecs: specs, weightData: data })))
        .then((model) => console.log('RESULT' + JSON.stringify(Array.from(model.predict(tf.tensor4d(input, [1, 6, 6, 3])).dataSync()))));
    `;
    const printed = execFileSync(process.execPath, ['-e', program], {
      input: JSON.stringify({
        topology: saved?.modelTopology,
        specs: saved?.weightSpecs,
        weights,
        input,
      }),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const computed: number[] = JSON.parse(printed.slice(printed.indexOf('RESULT') + 6));
    for (const [index, value] of computed.entries()) {
      expect(value).to.be.closeTo(expected[index] ?? Number.NaN, 1e-5);
    }
  });
});
