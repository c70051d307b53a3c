import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { runFolders, useArm64 } from './emulated.ts';

/** Emulated steps take seconds. */
const TINY = {
  name: 'tiny',
  data: {
    dataset: 'digits',
    classes: ['0', '1'],
    limit: { train: 32, validation: 16 },
    validation: 0.2,
  },
  model: {
    backbone: {
      inputShape: [28, 28, 1],
      layers: [{ conv2d: { filters: 4, kernelSize: 3, strides: 2, activation: 'relu' } }],
    },
    head: ['flatten', { dense: { units: 2, activation: 'softmax' } }],
  },
  phases: [{ name: 'all', epochs: 1, batchSize: 16, optimizer: 'adam' }],
};

describe('on Linux arm64, under QEMU', function (this: Mocha.Suite) {
  this.timeout(300_000);
  const arm64 = useArm64();

  it('passes the check of three operations', async () => {
    const { exitCode, output } = await arm64().run('engine', 'check', 'matMul', 'relu', 'softmax');
    expect(exitCode, output).to.equal(0);
    expect(output.match(/ passed$/gm)).to.have.length(3);
  });

  it('trains a tiny run', async () => {
    const { folder } = arm64();
    await writeFile(join(folder, 'tiny.yaml'), stringify(TINY));
    const { exitCode, output } = await arm64().run('run', 'tiny.yaml');
    expect(exitCode, output).to.equal(0);
    const [run = ''] = await runFolders(join(folder, 'runs'), 'tiny');
    const environment = JSON.parse(await readFile(join(run, 'environment.json'), 'utf8'));
    expect(JSON.stringify(environment)).to.match(/arm64/);
    expect(await readFile(join(run, 'status.json'), 'utf8')).to.match(/"finished"/);
  });
});
