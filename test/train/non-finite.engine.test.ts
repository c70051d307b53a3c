import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { RunError } from '../../src/common/errors.ts';
import { RunCheckpoints } from '../../src/run-folder/run-checkpoints.ts';
import type { TrainingCallback } from '../../src/train/callbacks.ts';
import { useEngine } from '../engine.ts';
import { chain, phase, type Run, sgd, trained } from './fixture.ts';

describe('a loss that is not finite', () => {
  const engine = useEngine();
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Trains with a checkpoint after each epoch. Returns the result or error, and the notes and retries. */
  async function run(given: Omit<Run, 'engine'>, retries: number, factor = 0.1) {
    const checkpoints = new RunCheckpoints({
      folder,
      config: { everyEpochs: 1, everySteps: null, everyMinutes: null, keep: true },
      history: () => ({ ended: [], current: null }),
      bestEpoch: () => null,
      metricsDigest: () => '',
      log: { write: async () => {}, notify: async () => {} },
    });
    await checkpoints.open();
    const notes: string[] = [];
    const counts: number[] = [];
    const watcher: TrainingCallback = {
      note: (line) => void notes.push(line),
      retry: (times) => void counts.push(times),
    };
    const result = await trained({
      ...given,
      engine: engine(),
      callbacks: [watcher],
      checkpoints,
      change: (experiment) => ({ ...experiment, onNonFinite: { retries, factor } }),
    }).catch((error: Error) => error);
    return { result, notes, counts };
  }

  it('fails the run, and names the step and layer of the origin', async () => {
    const { result } = await run({ phases: [phase({ optimizer: sgd(1e30) })] }, 0);
    expect(result).to.be.instanceOf(RunError);
    expect((result as Error).message).to.match(
      /^the loss became (NaN|Infinity) at step \d+, in phase only \(epoch 1, batch \d of 6\); it began at step \d in the (output of layer|gradient of|weight) \w+/,
    );
  });

  it('fails the run if its last step leaves non-finite weights', async () => {
    const { result } = await run({ phases: [phase({ batchSize: 45, optimizer: sgd(1e39) })] }, 0);
    expect((result as Error).message).to.match(
      /^weights\/\w+\/\w+ became NaN or infinite at step 1, in phase only/,
    );
  });

  it('names the layer of the origin', async () => {
    const graph = chain([
      ['flatten', {}],
      ['rescaling', { scale: 1e38, offset: 0 }],
      ['dense', { units: 3, kernelInitializer: { constant: { value: 1 } }, activation: 'softmax' }],
    ]);
    const { result } = await run({ graph, phases: [phase()] }, 0);
    expect((result as Error).message).to.match(/it began at step 1 in the output of layer dense_2/);
  });

  it('retries at a lower rate from the last checkpoint, up to the limit', async () => {
    const phases = [phase({ epochs: 3, optimizer: sgd(1e30) })];
    const { result, notes, counts } = await run({ phases }, 2);
    expect((result as Error).message).to.match(
      /after 2 retries; use a lower learningRate, a warmup or globalClipNorm/,
    );
    expect(counts).to.deep.equal([1, 2]);
    expect(notes[0]).to.match(
      /retry 1 of 2 from phase only, epoch 1, batch 1, at 0\.1 times the learning rate$/,
    );
  });

  it('gives the same result as training at the lower rate, if the first step failed', async () => {
    const at = (rate: number) => [phase({ epochs: 2, optimizer: sgd(rate) })];
    const { result, counts } = await run({ phases: at(2 ** 100) }, 1, 2 ** -107);
    const lower = await trained({ engine: engine(), phases: at(2 ** -7) });
    if (result instanceof Error) throw result;
    expect(counts).to.deep.equal([1]);
    expect(result.after).to.deep.equal(lower.after);
    expect(result.records.map(({ learningRate }) => learningRate)).to.deep.equal([
      2 ** -7,
      2 ** -7,
    ]);
  });
});
