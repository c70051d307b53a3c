import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cifarRun } from '../program.ts';

const EXPERIMENT = `
data: { dataset: digits, validation: 0.2, limit: { train: 96, validation: 32 } }
model:
  backbone:
    inputShape: [28, 28, 1]
    weights: random
    layers: [{ conv2d: { filters: 4, kernelSize: 3, activation: relu } }]
  head: [flatten, { dense: { units: 10, activation: softmax } }]
phases: [{ name: all, epochs: 2, batchSize: 32, optimizer: { name: adam, learningRate: 1e-3 } }]
`;

describe('cifar-run FILE --profile', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    await writeFile(join(folder, 'small.yaml'), EXPERIMENT);
  });
  after(() => rm(folder, { recursive: true }));

  const run = async (...options: string[]) => {
    const { stdout, stderr } = await cifarRun(['small.yaml', ...options], folder);
    const record = stdout.trim().split('\n').at(-1) ?? '';
    const read = (name: string) => readFile(join(folder, record, name), 'utf8');
    return { read, stderr };
  };

  it('writes the time of each operation of a step, and does not affect training', async () => {
    const profiled = await run('--profile');
    const plain = await run();

    const text = await profiled.read('profile.txt').catch(() => profiled.stderr);
    expect(text).to.match(/^training step .*\[96,196\] \[32\] \[32\].* ms in \d+ operations/);
    expect(text).to.match(/^evaluation /m);
    expect(text).to.match(/Conv2DBackpropFilter\w* +1 +\d+\.\d+ +\d+\.\d %/);
    const shares = [...(text.split('\n\nevaluation')[0]?.matchAll(/ (\d+\.\d) %/g) ?? [])];
    const total = shares.reduce((sum, [, share]) => sum + Number(share), 0);
    expect(total).to.be.closeTo(100, 3);

    const { traceEvents } = JSON.parse(await profiled.read('profile.json'));
    const convolution = traceEvents.find(({ name }: { name: string }) => /Conv2D/.test(name));
    expect(convolution).to.include({ ph: 'X', pid: 0 });
    expect(convolution.dur).to.be.above(0);

    const losses = async ({ read }: typeof plain) =>
      (await read('metrics.csv')).split('\n').map((row) => row.split(',').slice(0, 9).join());
    expect(await losses(profiled)).to.deep.equal(await losses(plain));
  });
});
