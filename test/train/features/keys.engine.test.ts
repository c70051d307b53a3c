import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { openStore } from '../../../src/cache/store.ts';
import { runExperiment } from '../../../src/run-experiment.ts';
import { markCachedFeatures } from '../../../src/train/features/keys.ts';
import { useFolder } from '../../data/fixture.ts';
import { useEngine } from '../../engine.ts';
import { planned, quietly } from '../../planned-runs.ts';
import { cifarRun } from '../../program.ts';

const EXPERIMENT = `
name: known
data: { dataset: digits, limit: { train: 50, validation: 20 }, validation: 0.2 }
model:
  backbone:
    inputShape: [28, 28, 1]
    layers: [conv2d: { filters: 2, kernelSize: 5, strides: 4 }, conv2d: { filters: 2, kernelSize: 3 }]
  head: [flatten, dropout: 0.1, dense: { units: 10, activation: softmax }]
phases:
  - { name: head, freeze: [backbone], epochs: 2, optimizer: adam }
  - { name: some, freeze: [conv2d], epochs: 2, optimizer: adam }
  - { name: all, epochs: 1, optimizer: adam }
  - { name: again, freeze: [backbone], epochs: 2, optimizer: adam }
`;

describe('cached features', function (this: Mocha.Suite) {
  this.timeout(60_000);
  useEngine();
  const folder = useFolder();
  let file: string;

  before(async () => {
    file = join(folder(), 'known.yaml');
    await writeFile(file, EXPERIMENT);
  });

  /** Returns the phases whose features are marked as cached. */
  async function cachedIn(...set: string[]): Promise<string[]> {
    const { phases } = await markCachedFeatures((await planned(file, set)).plan);
    return phases.filter(({ features }) => features?.cached).map(({ name }) => name);
  }

  async function run(): Promise<void> {
    await runExperiment(await planned(file), quietly(join(folder(), 'runs')));
  }

  it('are marked in all plans that share them, as long as they are in the cache', async () => {
    expect(await cachedIn()).to.deep.equal([]);
    await run();
    expect(await cachedIn()).to.deep.equal(['head', 'some']);
    expect(
      await cachedIn('model.head[1].dropout=0.5', 'phases.head.epochs=7', 'name=other'),
    ).to.deep.equal(['head', 'some']);
    for (const other of ['seed=7', 'data.preprocess=tf', 'features.dtype=float16'])
      expect(await cachedIn(other), other).to.deep.equal([]);
    expect(await cachedIn('phases.head.freeze=[]'), 'trained before').to.deep.equal([]);
    for (const { key } of await openStore().list()) await openStore().remove(key);
    expect(await cachedIn()).to.deep.equal([]);
  });

  it('are reported by `check`', async () => {
    const line = async () =>
      (await cifarRun(['check', file])).stdout.match(/^head: frozen.*$/m)?.[0];
    expect(await line()).to.match(/, computed once instead of 2 times: saves /);
    await run();
    expect(await line()).to.match(/, found in the cache: saves /);
    const [plan] = JSON.parse((await cifarRun(['check', file, '--json'])).stdout);
    const { cached, flops, flopsSaved } = plan.phases[0].features;
    expect({ cached, flopsSaved }).to.deep.equal({ cached: true, flopsSaved: 2 * flops });
  });
});
