import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { openStore } from '../../../src/cache/store.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { uncompiled } from '../../../src/engine/tensorflow/compile/compile.ts';
import type { PhaseConfig, ResolvedExperiment } from '../../../src/experiment/experiment.ts';
import type { FeaturesUse, TrainingCallback } from '../../../src/train/callbacks.ts';
import { evaluate } from '../../../src/train/evaluate.ts';
import { useEngine } from '../../engine.ts';
import { chain, data, phase, sgd, trained } from '../fixture.ts';

/** A frozen backbone, then a head that draws random numbers. */
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

  interface Change {
    readonly features?: Partial<ResolvedExperiment['features']>;
    readonly augment?: ResolvedExperiment['data']['augment'];
    readonly phases?: readonly PhaseConfig[];
    readonly engine?: Engine;
    readonly signal?: AbortSignal;
    readonly onFeatures?: () => void;
  }
  const head = phase({ name: 'head', freeze: ['backbone'], epochs: 4 });

  /** Trains with the cache. Also returns the uses of features, the notes and the number of computed batches. */
  async function run({ features, augment = [], onFeatures, ...given }: Change = {}) {
    const uses: (FeaturesUse | null)[] = [];
    const notes: string[] = [];
    let computed = 0;
    const callback: TrainingCallback = {
      phaseBegin: (begin) => void uses.push(begin.features),
      note: (line) => void notes.push(line),
      features() {
        computed++;
        onFeatures?.();
      },
    };
    const change = (experiment: ResolvedExperiment): ResolvedExperiment => ({
      ...experiment,
      data: { ...experiment.data, augment },
      features: { cache: 'auto', dtype: 'float32', ...features },
    });
    const settings = { engine: engine(), phases: [head], graph, change, callbacks: [callback] };
    return { ...(await trained({ ...settings, ...given })), uses, notes, computed };
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

  const eager = (): Engine => ({ ...engine(), compiler: 'none', compile: uncompiled });
  const parts = [
    phase({ name: 'all', epochs: 1 }),
    phase({
      name: 'rest',
      freeze: ['conv2d_0', 'batchNormalization_1'],
      epochs: 3,
      optimizer: sgd(0.5),
      ema: { momentum: 0.5 },
      earlyStopping: {
        monitor: 'val_loss',
        goal: 'minimize',
        patience: 2,
        minDelta: 1,
        restoreBest: true,
      },
    }),
  ];

  for (const [name, change] of [
    ['without flips', () => ({})],
    ['with flips', () => flip],
    ['operation by operation', () => ({ engine: eager() })],
    ['in a later phase, whose best epoch is restored', () => ({ phases: parts })],
  ] as const)
    it(`give the same training as images, ${name}`, async () => {
      const cached = await run(change());
      const plain = await run({ ...change(), ...off });
      expectClose(numbers(cached), numbers(plain), 1e-5);
      const { keys, ...last } = cached.uses.at(-1) as FeaturesUse;
      expect(last).to.deep.equal({ cut: 'maxPooling2d_2', from: 'computed', reason: null });
      expect(await openStore().keys()).to.include.members(keys);
      expect(plain.uses.at(-1)?.reason).to.equal('features.cache is off');
      expect(cached.ends).to.deep.equal(plain.ends);
    });

  it('are computed once, and give the same results to the last bit', async () => {
    const first = await run();
    const again = await run();
    expect(first.computed).to.be.above(0);
    expect(again.computed).to.equal(0);
    expect(again.uses[0]?.from).to.equal('cache');
    expect(numbers(again)).to.deep.equal(numbers(first));
    const mirrored = await run(flip);
    // Three flips are new. The unflipped training images and the validation images are in the cache.
    expect(mirrored.computed).to.equal(3);
  });

  it('are computed from those of the next phase, if fewer layers are frozen there', async () => {
    const phases = [head, phase({ name: 'rest', freeze: ['conv2d_0'], epochs: 4 })];
    const cached = await run({ phases, ...flip });
    const plain = await run({ phases, ...flip, ...off });
    expect(cached.uses.map((use) => [use?.cut, use?.from])).to.deep.equal([
      ['maxPooling2d_2', 'computed'],
      ['conv2d_0', 'cache'],
    ]);
    expectClose(numbers(cached), numbers(plain), 1e-5);
  });

  it('are computed again for other weights or another dtype', async () => {
    await run();
    for (const change of [{ features: { dtype: 'float16' } }, { phases: parts }] as const)
      expect((await run(change)).uses.at(-1)?.from).to.equal('computed');
    expect((await run()).uses[0]?.from).to.equal('cache');
  });

  it('take half the space as float16, and give nearly the same training', async () => {
    const half = await run({ features: { dtype: 'float16' } });
    const whole = await run();
    expect(numbers(half)).not.to.deep.equal(numbers(whole));
    expectClose(numbers(half), numbers(whole), 0.05);
    const sizes = (await openStore().list()).map(({ bytes }) => bytes);
    expect(sizes.sort((a, b) => a - b)).to.deep.equal([21, 42, 45, 90].map((rows) => 72 * rows));
  });

  it('are used in the last evaluation, unless it flips images', async () => {
    const { model, config, records } = await run();
    const { signal } = new AbortController();
    const before = tf.memory().numTensors;
    for (const tta of ['none', 'flip'] as const) {
      const experiment = { ...config, evaluate: { tta } };
      const options = { model, graph, experiment, data, engine: engine(), signal };
      const cached = await evaluate(options);
      const plain = await evaluate({
        ...options,
        experiment: { ...experiment, features: { cache: 'off', dtype: 'float32' } },
      });
      expectClose([...cached.probabilities], [...plain.probabilities], 1e-5);
      if (tta === 'none') expect(cached.metrics).to.deep.equal(records.at(-1)?.validation);
    }
    expect(tf.memory().numTensors).to.equal(before);
  });

  it('are computed again if their file is damaged, with a note', async () => {
    const first = await run();
    const store = openStore();
    for (const key of await store.keys('features-'))
      await writeFile(join(store.folder, key, 'features.bin'), 'damaged');
    const again = await run();
    expect(again.notes.join('\n')).to.match(
      /^features of 45 images after maxPooling2d_2: the cached file is damaged/,
    );
    expect(numbers(again)).to.deep.equal(numbers(first));
  });

  it('are not cached without enough space, with a reason, and the run continues', async () => {
    const plain = await run(off);
    process.env.CIFAR_RUN_CACHE_SIZE = '1kB';
    const small = await run();
    expect(small.uses[0]?.reason).to.match(
      /^they cannot be cached: they take .* GB, and CIFAR_RUN_CACHE_SIZE allows/,
    );
    expect(numbers(small)).to.deep.equal(numbers(plain));
    delete process.env.CIFAR_RUN_CACHE_SIZE;
    await writeFile(join(folder, 'file'), '');
    process.env.CIFAR_RUN_CACHE = join(folder, 'file');
    const nowhere = await run();
    expect(nowhere.uses[0]?.reason).to.match(/^they cannot be cached: ENOTDIR/);
    expect(numbers(nowhere)).to.deep.equal(numbers(plain));
  });

  it('leave no files when they are interrupted', async () => {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const onFeatures = () => controller.abort(reason);
    const error = await run({ signal: controller.signal, onFeatures }).catch((error) => error);
    expect(error).to.equal(reason);
    expect(await readdir(openStore().folder)).to.deep.equal([]);
  });
});
