import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { detectProcessor } from '../../src/engine/hardware.ts';
import { BatchNormalization } from '../../src/model/keras/normalization.ts';
import { readMetricsCsv } from '../../src/run-folder/metrics-csv.ts';
import { useFolder } from '../data/fixture.ts';
import { useEngine } from '../engine.ts';
import { cifarRun } from '../program.ts';

type Filter = tf.Variable<tf.Rank.R4>;

describe('bfloat16', function (this: Mocha.Suite) {
  this.timeout(120_000);
  const engine = useEngine();
  const folder = useFolder();
  const isSupported = detectProcessor().bfloat16;

  /** Computes a function of random tensors compiled in both precisions. */
  async function compute(fn: (x: tf.Tensor2D) => tf.Tensor, precision: 'float32' | 'bfloat16') {
    const compiled = engine().compile(([x]) => [fn(x as tf.Tensor2D)], { precision });
    const x = tf.randomNormal<tf.Rank.R2>([64, 64], 0, 1, 'float32', 1);
    const [output] = await compiled.run([x]);
    const values = (await output?.data()) as Float32Array;
    tf.dispose([x, output]);
    compiled.dispose();
    return values;
  }

  it('rounds the operands of products, and nothing else', async function () {
    if (!isSupported) this.skip();
    const difference = async (fn: (x: tf.Tensor2D) => tf.Tensor) => {
      const [exact, rounded] = [await compute(fn, 'float32'), await compute(fn, 'bfloat16')];
      return Math.max(...exact.map((value, i) => Math.abs(value - (rounded[i] as number))));
    };
    // The outputs of a function stay float32, so a product at the end is exact. bfloat16 has 8 bits of mantissa.
    expect(await difference((x) => x.matMul(x))).to.equal(0);
    const scaled = (x: tf.Tensor2D) => x.matMul(x).div<tf.Tensor2D>(64);
    expect(await difference((x) => scaled(x).matMul(x).sum(0))).to.be.within(1e-3, 1);
    expect(await difference((x) => x.mul(x).add(0.1))).to.equal(0);
    expect(await difference((x) => x.sum(0))).to.equal(0);
  });

  for (const size of [8, 64])
    it(`keeps the statistics of normalization float32, for ${size}×${size} images`, async function () {
      if (!isSupported) this.skip();
      const statistics = async (precision: 'float32' | 'bfloat16') => {
        const normal = (shape: [number, number, number, number], seed: number) =>
          tf.randomNormal<tf.Rank.R4>(shape, 0, 1, 'float32', seed);
        const x = normal([8, size, size, 4], 1);
        const filters = [normal([3, 3, 4, 16], 2), normal([3, 3, 16, 16], 3)] as const;
        const weights = filters.map((filter) => tf.variable(filter)) as [Filter, Filter];
        const normalization = new BatchNormalization({ momentum: 0.99 });
        normalization.build([null, size, size, 16]);
        // Between two convolutions, where TensorFlow prefers bfloat16.
        const loss = (images: tf.Tensor4D) => {
          const y = tf.conv2d(images, weights[0], 1, 'same');
          const normalized = normalization.call(y, { training: true }) as tf.Tensor4D;
          return tf.conv2d(normalized, weights[1], 1, 'same').square().mean<tf.Scalar>();
        };
        const step = engine().compile(
          ([images]) => {
            const { grads } = tf.variableGrads(() => loss(images as tf.Tensor4D), weights);
            return Object.values(grads);
          },
          { precision },
        );
        for (let i = 0; i < 3; i++) tf.dispose(await step.run([x]));
        engine().syncVariables();
        const [mean, variance] = normalization.getWeights().slice(-2) as [tf.Tensor, tf.Tensor];
        return [...(await mean.data()), ...(await variance.data())];
      };
      const [exact, mixed] = [await statistics('float32'), await statistics('bfloat16')];
      for (const [i, value] of exact.entries()) {
        expect(mixed[i]).to.be.closeTo(value, 0.01 * Math.abs(value) + 2e-4);
      }
      // A number of bfloat16 is a float32 whose last 16 bits are 0.
      const bits = new Uint32Array(Float32Array.from(mixed).buffer);
      expect(bits.every((each) => (each & 0xffff) !== 0)).to.equal(true);
    });

  it('trains to nearly the same losses, repeats them to the last bit, and is recorded', async () => {
    const runs = folder();
    const train = (precision: string) =>
      cifarRun([
        'configs/digits.yaml',
        ...['--runs', join(runs, precision)],
        ...['--set', `precision=${precision}`],
        ...['--set', 'phases.head.epochs=2'],
        ...['--set', 'phases.fine-tune.epochs=2'],
      ]);
    const mixed = await train('bfloat16');
    if (!isSupported) {
      expect(mixed.exitCode).to.equal(2);
      expect(mixed.stderr).to.match(/bfloat16 needs a processor with avx512_bf16/);
      return;
    }
    expect(mixed.exitCode, mixed.stderr).to.equal(0);
    const plain = await train('float32');
    const paths = [mixed, plain].map(({ stdout }) => stdout.trim().split('\n').at(-1) as string);
    const [first = '', second = ''] = paths;
    const losses = async (path: string) =>
      (await readMetricsCsv(path)).map(({ train: { loss = 0 } }) => loss);
    const [rounded, exact] = [await losses(first), await losses(second)];
    expect(rounded).not.to.deep.equal(exact);
    for (const [i, loss] of exact.entries()) {
      expect(rounded[i]).to.be.closeTo(loss, 0.02 * loss + 0.002);
    }
    expect(await readFile(join(first, 'resolved.yaml'), 'utf8')).to.contain(
      'precision: { training: bfloat16, inference: bfloat16 }',
    );
    const verified = await cifarRun(['verify', first]);
    expect(verified.exitCode, verified.stderr).to.equal(0);
  });
});
