import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { useEngine } from '../engine.ts';

/** Returns the values of the first output of a run. */
async function values(run: Promise<tf.Tensor[]>): Promise<number[]> {
  const outputs = await run;
  const first = [...(outputs[0]?.dataSync() ?? [])];
  tf.dispose(outputs);
  return first;
}

/** Returns the message of the warning that an action causes. */
async function warningOf(action: () => Promise<unknown>): Promise<string> {
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  await action();
  return (await warned).message;
}

describe('compiled functions', () => {
  const engine = useEngine();

  it('return the results of the function, which is called once for each shape', async () => {
    let calls = 0;
    const compiled = engine().compile(([x]) => {
      calls += 1;
      return [(x as tf.Tensor).square().sum()];
    });
    expect(await values(compiled.run([tf.tensor1d([1, 2])]))).to.deep.equal([5]);
    expect(await values(compiled.run([tf.tensor1d([3, 4])]))).to.deep.equal([25]);
    expect(calls).to.equal(1);
    expect(await values(compiled.run([tf.tensor1d([1, 1, 1])]))).to.deep.equal([3]);
    expect(await values(compiled.run([tf.tensor1d([1, 2])]))).to.deep.equal([5]);
    expect(calls).to.equal(2);
    compiled.dispose();
  });

  it('take lists of inputs, and return several outputs', async () => {
    const compiled = engine().compile(([x, y]) => {
      const [a, b] = [x as tf.Tensor1D, y as tf.Tensor1D];
      const rows = tf.unstack(tf.stack([a, b, tf.tensor1d([7, 8])]));
      return [tf.concat([tf.addN(rows), ...tf.split(a, 2)])];
    });
    const inputs = [tf.tensor1d([1, 2]), tf.tensor1d([10, 20])];
    expect(await values(compiled.run(inputs))).to.deep.equal([18, 30, 1, 2]);
    expect(await values(compiled.run(inputs.toReversed()))).to.deep.equal([18, 30, 10, 20]);
    compiled.dispose();
  });

  it('compute nothing while they are traced', async () => {
    const variable = tf.variable(tf.scalar(1));
    const seen: number[] = [];
    const compiled = engine().compile(([x]) => {
      variable.assign(variable.add(x as tf.Tensor));
      return [variable.mul(10)];
    });
    for (const x of [1, 1, 5]) seen.push(...(await values(compiled.run([tf.scalar(x)]))));
    expect(seen).to.deep.equal([20, 30, 80]);
    engine().syncVariables();
    expect(variable.dataSync()[0]).to.equal(8);
    compiled.dispose();
    variable.dispose();
  });

  it('see values that were assigned to a variable between runs, and results of other functions', async () => {
    const variable = tf.variable(tf.scalar(1));
    const double = engine().compile(() => {
      variable.assign(variable.mul(2));
      return [];
    });
    const read = engine().compile(() => [variable.add(0)]);
    await double.run([]);
    await double.run([]);
    expect(await values(read.run([]))).to.deep.equal([4]);
    variable.assign(tf.scalar(10));
    expect(await values(read.run([]))).to.deep.equal([10]);
    await double.run([]);
    engine().syncVariables();
    const kept = variable.clone();
    await double.run([]);
    expect([...kept.dataSync(), ...(await values(read.run([])))]).to.deep.equal([20, 40]);
    double.dispose();
    read.dispose();
    expect(variable.dataSync()[0]).to.equal(40);
    variable.dispose();
  });

  it('distinguish variables with the same tensor', async () => {
    const value = tf.scalar(3);
    const [a, b] = [tf.variable(value), tf.variable(value)];
    const compiled = engine().compile(() => {
      a.assign(a.add(1));
      return [tf.stack([a, b])];
    });
    expect(await values(compiled.run([]))).to.deep.equal([4, 3]);
    expect(await values(compiled.run([]))).to.deep.equal([5, 3]);
    compiled.dispose();
    tf.dispose([value, a, b]);
  });

  it('draw the numbers of the function, from a key that changes from run to run', async () => {
    const draw = (key: tf.Tensor) => engine().randomUniform([5], key as tf.Tensor1D);
    const compiled = engine().compile(([key]) => [draw(key as tf.Tensor)]);
    for (const key of [
      [1, 2],
      [1, 3],
    ]) {
      const tensor = tf.tensor1d(key, 'int32');
      expect(await values(compiled.run([tensor]))).to.deep.equal([...draw(tensor).dataSync()]);
    }
    compiled.dispose();
  });

  it('compute gradients', async () => {
    const gradient = tf.grad((x) => tf.conv2d(x as tf.Tensor4D, tf.ones([3, 3, 2, 4]), 1, 'same'));
    const compiled = engine().compile(([x]) => [gradient(x as tf.Tensor)]);
    const x = tf.ones([1, 4, 4, 2]);
    expect(await values(compiled.run([x]))).to.deep.equal([...gradient(x).dataSync()]);
    compiled.dispose();
  });

  it('warn if they cannot be compiled, and still compute correctly', async () => {
    const variable = tf.variable(tf.scalar(1));
    const compiled = engine().compile(([x]) => {
      variable.assign(variable.add(1));
      const [value = 0] = (x as tf.Tensor).add(1).dataSync();
      return [tf.scalar(value * 2)];
    });
    let first: number[] = [];
    const message = await warningOf(async () => {
      first = await values(compiled.run([tf.scalar(1)]));
    });
    expect(message).to.equal(
      'a step is not compiled, which is slower: it reads the values of an output of Add',
    );
    expect([...first, ...(await values(compiled.run([tf.scalar(2)])))]).to.deep.equal([4, 6]);
    expect(variable.dataSync()[0]).to.equal(3);
    compiled.dispose();
    variable.dispose();
  });

  it('warn of random operations, and of shapes that depend on values', async () => {
    const multinomial = engine().compile(([x]) => [tf.multinomial(x as tf.Tensor1D, 3)]);
    expect(await warningOf(() => multinomial.run([tf.tensor1d([1, 2])]))).to.match(
      /Multinomial does not depend on its inputs alone/,
    );
    const unique = engine().compile(([x]) => [tf.unique(x as tf.Tensor1D).values]);
    expect(await warningOf(() => unique.run([tf.tensor1d([1, 1])]))).to.match(
      /the output shape of Unique\w* depends on values/,
    );
    multinomial.dispose();
    unique.dispose();
  });

  it('do not block the event loop while they run', async () => {
    const compiled = engine().compile(([x]) => {
      let y = x as tf.Tensor2D;
      for (let i = 0; i < 8; i++) y = y.matMul(y).mul<tf.Tensor2D>(1e-3);
      return [y.sum()];
    });
    const x = tf.ones([1024, 1024]);
    tf.dispose(await compiled.run([x]));
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 1);
    tf.dispose(await compiled.run([x]));
    clearInterval(ticking);
    expect(ticks).to.be.above(3);
    compiled.dispose();
    x.dispose();
  });

  it('report a failed run, and run again', async () => {
    const compiled = engine().compile(([x, i]) => [
      tf.unsortedSegmentSum(x as tf.Tensor, i as tf.Tensor1D, 2),
    ]);
    const x = tf.tensor1d([1, 2]);
    const run = (segment: number) => values(compiled.run([x, tf.tensor1d([0, segment], 'int32')]));
    const failed = await run(9).catch((error: Error) => error.message);
    expect(failed).to.match(/could not run compiled_\d+\(float32\[2\], int32\[2\]\): .*9.*/s);
    expect(await run(1)).to.deep.equal([1, 2]);
    compiled.dispose();
  });

  it('change values in place', async () => {
    const size = 16 * 1024 * 1024;
    const variables = ['variable', 'momentum', 'velocity'].map(() =>
      tf.tidy(() => tf.variable(tf.fill([size], 0.5))),
    );
    const [variable, momentum, velocity] = variables as [tf.Variable, tf.Variable, tf.Variable];
    const compiled = engine().compile(([gradient]) => {
      engine().fused?.adam({
        variable,
        momentum,
        velocity,
        gradient: gradient as tf.Tensor,
        learningRate: tf.scalar(1),
        beta1Power: tf.scalar(0.9),
        beta2Power: tf.scalar(0.99),
        beta1: 0.9,
        beta2: 0.99,
        epsilon: 1e-7,
      });
      return [tf.scalar(0)];
    });
    const gradient = tf.ones([size]);
    const before = process.memoryUsage().rss;
    await values(compiled.run([gradient]));
    // A copy of one variable would add 64 MiB.
    expect((process.memoryUsage().rss - before) / 2 ** 20).to.be.below(48);
    expect(() => variable.dataSync()).to.throw(
      /its value is in a variable of TensorFlow; syncVariables\(\) makes it available/,
    );
    engine().syncVariables();
    expect(variable.slice(0, 1).dataSync()[0]).to.be.below(0);
    compiled.dispose();
    tf.dispose([...variables, gradient]);
  });

  it('leak no memory', async () => {
    const round = async (size: number) => {
      const variable = tf.tidy(() => tf.variable(tf.zeros([size, 1000])));
      const compiled = engine().compile(([x]) => {
        variable.assign(variable.add(x as tf.Tensor));
        return [variable.sum()];
      });
      const x = tf.ones([size, 1000]);
      for (let i = 0; i < 3; i++) tf.dispose(await compiled.run([x]));
      compiled.dispose();
      tf.dispose([variable, x]);
    };
    const rounds = async () => {
      for (let i = 0; i < 80; i++) await round(1000 + i);
    };
    // Freed memory is reused first, so a first round warms up the allocator.
    await rounds();
    const { numTensors } = tf.memory();
    // Arrays that V8 has not yet freed would count as memory.
    globalThis.gc?.();
    const resident = process.memoryUsage.rss();
    await rounds();
    globalThis.gc?.();
    expect(tf.memory().numTensors).to.equal(numTensors);
    // The variable of a round and its copy in TensorFlow are 4 MB each.
    expect((process.memoryUsage.rss() - resident) / 2 ** 20, 'MiB gained').to.be.below(60);
  });
});
