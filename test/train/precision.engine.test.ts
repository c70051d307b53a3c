import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { detectProcessor } from '../../src/engine/hardware.ts';
import { readMetricsCsv } from '../../src/run-folder/metrics-csv.ts';
import { useFolder } from '../data/fixture.ts';
import { useEngine } from '../engine.ts';
import { cifarRun } from '../program.ts';

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

  it('trains to nearly the same losses, repeats them to the last bit, and is recorded', async () => {
    const runs = folder();
    const train = (precision: string) =>
      cifarRun([
        'configs/quickstart.yaml',
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
