import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Experiment } from '../../../src/config/experiment.ts';
import type { TrainingCallback } from '../../../src/train/callbacks.ts';
import type { FeaturesUse } from '../../../src/train/features/use.ts';
import { useEngine } from '../../engine.ts';
import { chain, phase, trained } from '../fixture.ts';

/** Two frozen blocks, then a head that draws random numbers. */
const graph = chain(
  [
    ['conv2d', { filters: 4, kernelSize: 3, activation: 'relu' }],
    ['batchNormalization', {}],
    ['maxPooling2d', {}],
    ['dropout', { rate: 0.2 }],
    ['flatten', {}],
    ['batchNormalization', {}],
    ['dense', { units: 3, activation: 'softmax' }],
  ],
  3,
);

describe('features of frozen layers', () => {
  const engine = useEngine();
  const { CIFAR_RUN_CACHE, CIFAR_RUN_CACHE_SIZE } = process.env;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-features-'));
    process.env.CIFAR_RUN_CACHE = folder;
  });
  afterEach(async () => {
    for (const [name, value] of Object.entries({ CIFAR_RUN_CACHE, CIFAR_RUN_CACHE_SIZE })) {
      delete process.env[name];
      if (value !== undefined) process.env[name] = value;
    }
    await rm(folder, { recursive: true, force: true });
  });

  type Features = Partial<Experiment['features']>;
  type Change = { features?: Features; augment?: Experiment['data']['augment'] };
  const head = phase({ name: 'head', freeze: ['backbone'], epochs: 4 });

  /** Trains with the cache, and tells what it was told. */
  async function run({ features = {}, augment = [] }: Change = {}, phases = [head]) {
    const uses: (FeaturesUse | null)[] = [];
    const notes: string[] = [];
    let computed = 0;
    const callback: TrainingCallback = {
      phaseBegin: (begin) => void uses.push(begin.features),
      note: (line) => void notes.push(line),
      features: () => void computed++,
    };
    const change = (experiment: Experiment): Experiment => ({
      ...experiment,
      data: { ...experiment.data, augment },
      features: { cache: 'auto', dtype: 'float32', ...features },
    });
    const ran = await trained({ engine: engine(), phases, graph, change, callbacks: [callback] });
    return { ...ran, uses, notes, computed };
  }

  const numbers = ({ records, after }: Awaited<ReturnType<typeof run>>) => [
    ...records.flatMap((r) => [...Object.values(r.train), ...Object.values(r.validation)]),
    ...Object.values(after).flat(),
  ];

  function expectClose(a: readonly number[], b: readonly number[], tolerance: number) {
    expect(a.length).to.equal(b.length);
    a.forEach((value, i) => {
      expect(value).to.be.closeTo(b[i] as number, tolerance);
    });
  }

  const off = { features: { cache: 'off' } } as const;
  const flip = { augment: [{ kind: 'flip', args: { direction: 'horizontalAndVertical' } }] };

  for (const [name, change] of [
    ['as they are', {}],
    ['in mirrored views', flip],
  ] as const)
    it(`train the same as the pictures do, ${name}`, async () => {
      const with_ = await run(change);
      const without = await run({ ...change, ...off });
      expectClose(numbers(with_), numbers(without), 1e-5);
      expect(with_.uses[0]).to.deep.equal({
        cut: 'maxPooling2d_2',
        from: 'computed',
        reason: null,
      });
      expect(without.uses[0]?.reason).to.equal('features.cache is off');
    });

  it('are computed once, and the same again to the last bit', async () => {
    const first = await run();
    const again = await run();
    expect(first.computed).to.be.above(0);
    expect(again.computed).to.equal(0);
    expect(again.uses[0]?.from).to.equal('cache');
    expect(numbers(again)).to.deep.equal(numbers(first));
  });
});
