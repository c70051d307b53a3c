import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { buildModel } from '../src/model/build.ts';
import { buildGraph } from '../src/model/build-graph.ts';
import { openWeights } from '../src/model/weights/open.ts';
import { runExperiment } from '../src/run-experiment.ts';
import { useEngine } from './engine.ts';
import { planned, quietly } from './planned-runs.ts';

/** An experiment with many keys of the language, on real digits. */
const EXPERIMENT = `
name: many-words
seed: 3
vars: { momentum: 0.9 }
data:
  dataset: digits
  classes: ['2', '3', '5', '8']
  limit: { train: 72, validation: 40 }
  validation: 0.2
  augment: [crop: 2, cutout: { size: 4 }, brightness: 0.1, contrast: 0.1, mixup: 0.2]
model:
  backbone:
    inputShape: [28, 28, 1]
    layers:
      - conv2d: { filters: 6, kernelSize: 5, strides: 2, useBias: false, name: stem }
      - batchNormalization: { name: stem_bn }
      - activation: relu
      - separableConv2d: { filters: 8, kernelSize: 3, name: deep, depthwiseRegularizer: { l2: 1e-4 } }
      - spatialDropout2d: 0.1
  head:
    - globalAveragePooling2d
    - gaussianNoise: 0.05
    - dense: { units: 12, activation: relu, kernelInitializer: heNormal, kernelRegularizer: { l1: 1e-5 } }
    - dense: { units: 4, activation: softmax, name: predictions }
loss: { name: categoricalCrossentropy, labelSmoothing: 0.1 }
metrics: [accuracy, topK: 2, mse, auc, precision, recall, f1]
phases:
  - name: head
    freeze: [backbone]
    epochs: 2
    batchSize: 16
    gradientAccumulation: 2
    optimizer:
      name: sgd
      momentum: \${momentum}
      clipNorm: 1
      learningRate: { schedule: cosine, initialLearningRate: 0.1, warmup: { steps: 2, from: 0.01 } }
    ema: 0.9
  - name: fine-tune
    epochs: 9
    batchSize: 24
    optimizer: { name: adamw, learningRate: 1e-3, globalClipNorm: 1, weightDecay: 0 }
    learningRateScale: { stem*: 0, deep: 0.1 }
    reduceOnPlateau: { monitor: val_loss, factor: 0.5, patience: 1, minDelta: 100 }
    earlyStopping: { monitor: val_f1, patience: 4, minDelta: 1, restoreBest: true }
evaluate: { tta: flip }
`;

describe('an experiment with many keys', function (this: Mocha.Suite) {
  this.timeout(60_000);
  useEngine();
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    file = join(folder, 'many-words.yaml');
    await writeFile(file, EXPERIMENT);
  });
  after(() => rm(folder, { recursive: true }));

  async function run(...set: string[]) {
    const experiment = await planned(file, set);
    const record = await runExperiment(experiment, quietly(join(folder, 'runs')));
    const table = async (name: string) => {
      const text = await readFile(join(record.folder, name), 'utf8');
      return parse(text, { columns: true, cast: true }) as Record<string, number>[];
    };
    const rows = await table('metrics.csv');
    const of = (phase: string) => rows.filter((row) => String(row.phase) === phase);
    return { ...record, ...experiment, rows, table, head: of('head'), fineTune: of('fine-tune') };
  }

  const column = (rows: Record<string, number>[], name: string) => rows.map((row) => row[name]);
  const short = ['phases.head.epochs=1', 'phases.fine-tune.epochs=1', 'evaluate.tta=none'];
  const once = ['phases=[{ name: head, epochs: 1, optimizer: adam }]', 'evaluate.tta=none'];

  describe('records', () => {
    let whole: Awaited<ReturnType<typeof run>>;
    before(async () => {
      whole = await run();
    });

    it('every metric of both splits', () => {
      const metrics = 'loss accuracy top2 mse auc precision recall f1'.split(' ');
      const names = Object.keys(whole.rows[0] ?? {});
      expect(names.slice(5, -3)).to.deep.equal([
        ...metrics,
        ...metrics.map((name) => `val_${name}`),
      ]);
      for (const row of whole.rows)
        for (const name of metrics)
          for (const value of [row[name], row[`val_${name}`]]) {
            expect(value).to.be.within(0, name === 'loss' ? 10 : 1);
          }
    });

    it('one update per two batches, and the learning rate of the schedule', () => {
      // 72 images are five batches. As in Keras, the last batch accumulates with the first of the next epoch.
      expect(column(whole.head, 'step')).to.deep.equal([2, 5]);
      // Schedules count batches. Here they are ten: two of warmup, then a cosine.
      const rate = (batch: number) => 0.05 * (1 + Math.cos((Math.PI * (batch - 2)) / 8));
      for (const [i, last] of [4, 9].entries()) {
        expect(whole.head[i]?.learning_rate).to.be.closeTo(rate(last), 1e-7);
      }
    });

    it('a lower learning rate when the monitored metric does not improve', () => {
      expect(column(whole.fineTune, 'learning_rate').slice(0, 4)).to.deep.equal([
        1e-3, 1e-3, 5e-4, 2.5e-4,
      ]);
    });

    it('an early stop with the weights of the best epoch', async () => {
      // No f1 is better than the first by more than 1.
      expect(whole.fineTune).to.have.length(5);
      const { phases } = JSON.parse(await readFile(join(whole.folder, 'summary.json'), 'utf8'));
      expect(phases[1].stoppedEarly).to.contain('val_f1');
      expect(phases[1].keptEpoch).to.equal(1);
      expect(whole.metrics.f1).to.equal(whole.fineTune[0]?.f1);
    });

    it('unchanged weights in layers with the learning rate 0, and changed ones in others', async () => {
      const first = buildModel(buildGraph(whole.experiment.model), whole.experiment.seed);
      const last = await openWeights(join(whole.folder, 'model', 'model.json'));
      const changed = new Map<string, boolean>();
      for (const { layer, name, read } of last.entries) {
        const weights = first.getLayer(layer).weights;
        const before = weights.find((weight) => weight.originalName.includes(`/${name}`));
        const now = await read();
        const same = before
          ?.read()
          .dataSync()
          .every((value, i) => value === now[i]);
        changed.set(`${layer}/${name}`, !same);
      }
      await last.close();
      first.dispose();
      expect(changed.get('stem/kernel')).to.equal(false);
      expect(changed.get('stem_bn/gamma')).to.equal(false);
      expect(changed.get('stem_bn/moving_mean')).to.equal(true);
      expect(changed.get('deep/pointwise_kernel')).to.equal(true);
      expect(changed.get('predictions/kernel')).to.equal(true);
    });
  });

  describe('changes with', () => {
    let plain: Awaited<ReturnType<typeof run>>;
    before(async () => {
      plain = await run(...once);
    });

    it('the flip of an evaluation, which does not change the training', async () => {
      const flipped = await run(...once, 'evaluate.tta=flip');
      expect(column(flipped.rows, 'loss')).to.deep.equal(column(plain.rows, 'loss'));
      const [one, two] = [
        await plain.table('predictions.csv'),
        await flipped.table('predictions.csv'),
      ];
      expect(one).to.have.length(40);
      expect(two).not.to.deep.equal(one);
    });

    it('the averaging of weights', async () => {
      const averaged = await run(...short);
      const last = await run(...short, 'phases.head.ema=null');
      expect(last.head[0]?.loss).to.equal(averaged.head[0]?.loss);
      expect(last.fineTune[0]?.loss).not.to.equal(averaged.fineTune[0]?.loss);
    });

    it('the loss', async () => {
      const losses = new Map<string, number>();
      for (const loss of ['mse', '{ name: focal, gamma: 2 }', 'binaryCrossentropy']) {
        const activation = 'model.head[3].dense.activation=sigmoid';
        const binary = loss === 'binaryCrossentropy' ? [activation] : [];
        const { rows } = await run(...once, `loss=${loss}`, ...binary);
        losses.set(loss, rows[0]?.val_loss ?? Number.NaN);
        // The penalties of regularizers are small here.
        if (loss === 'mse') expect(rows[0]?.val_loss).to.be.closeTo(rows[0]?.val_mse ?? 0, 0.01);
      }
      const values = [...losses.values(), plain.rows[0]?.val_loss];
      expect(values.every((value) => Number.isFinite(value))).to.equal(true);
      expect(new Set(values).size).to.equal(4);
    });
  });
});
