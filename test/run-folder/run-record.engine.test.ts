import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { InterruptedError, RunError } from '../../src/common/errors.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { loadData } from '../../src/data/load.ts';
import { MemoryPixels } from '../../src/data/pixels.ts';
import { loadExperiment } from '../../src/load-experiment.ts';
import { runExperiment } from '../../src/run-experiment.ts';
import type { RunResult } from '../../src/run-folder/finished-run.ts';
import { readMetricsCsv } from '../../src/run-folder/metrics-csv.ts';
import { openRecord, type RunRecord } from '../../src/run-folder/run-record.ts';
import { pixelsOf } from '../data/fixture.ts';
import { useEngine } from '../engine.ts';
import { planned, quietly } from '../planned-runs.ts';
import { epoch } from './epochs.ts';
import { predictInPlainTfjs } from './plain-tfjs.ts';

const EXPERIMENT = `
# Three digits, two phases.
name: three-digits
seed: 3
data:
  dataset: digits
  classes: ['3', '5', '8']
  limit: { train: 120, validation: 60 }
  validation: 0.2
  preprocess: scale
model:
  backbone:
    inputShape: [28, 28, 1]
    layers:
      - conv2d: { filters: 4, kernelSize: 3, strides: 2, activation: relu }
      - batchNormalization
  head:
    - flatten
    - dropout: 0.2
    - dense: { units: 3, activation: softmax, name: predictions }
metrics: [accuracy, mse]
phases:
  - { name: head, freeze: [backbone], epochs: 2, batchSize: 32, optimizer: { name: adam, learningRate: 1e-3 } }
  - { name: fine-tune, epochs: 3, batchSize: 32, optimizer: { name: adam, learningRate: 1e-3 } }
`;

describe('the record of a run', () => {
  const engine = useEngine();
  const { signal } = new AbortController();
  let folder: string;
  let result: RunResult;
  let data: Dataset;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    const file = join(folder, 'three-digits.yaml');
    await writeFile(file, EXPERIMENT);
    const loaded = await planned(file);
    const { experiment } = loaded;
    result = await runExperiment(loaded, quietly(join(folder, 'runs')));
    const imageShape = [28, 28, 1] as const;
    const silent = { report: () => {}, note: () => {} };
    data = await loadData(experiment.data, experiment.seed, { imageShape, signal, ...silent });
  });

  after(() => rm(folder, { recursive: true }));

  const read = (name: string) => readFile(join(result.folder, name), 'utf8');
  const table = async (name: string) => parse(await read(name)) as string[][];

  it('has exactly the documented files', async () => {
    const files = (await readdir(result.folder)).map((name) => name.replace(/(tfevents).*/, '$1'));
    expect(files.sort()).to.deep.equal([
      'checkpoints',
      'classification_report.csv',
      'confusion_matrix.csv',
      'confusion_matrix.png',
      'curves.png',
      'environment.json',
      'events.out.tfevents',
      'examples.png',
      'experiment.yaml',
      'images.json',
      'images.webp',
      'log.txt',
      'metrics.csv',
      'mistakes.png',
      'model',
      'predictions.csv',
      'resolved.yaml',
      'status.json',
      'summary.json',
    ]);
    expect(basename(result.folder)).to.match(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-[0-9a-f]+$/);
  });

  it('has the experiment as written, and resolved to an equal experiment', async () => {
    expect(await read('experiment.yaml')).to.equal(EXPERIMENT);
    const overrides = { set: [], setFile: [] };
    const load = (name: string) => loadExperiment(join(result.folder, name), overrides);
    const [written, resolved] = await Promise.all(['experiment.yaml', 'resolved.yaml'].map(load));
    expect(resolved?.experiment).to.deep.equal(written?.experiment);
  });

  it('has the environment', async () => {
    const environment = JSON.parse(await read('environment.json'));
    expect(environment).to.include({ node: process.version, seed: 3 });
    expect(environment.engine).to.include({ name: 'tensorflow', version: engine().version });
    expect(environment.dataHash).to.match(/^[0-9a-f]{64}$/);
    expect(environment.validation.pixels).to.match(/^[0-9a-f]{64}$/);
    expect(environment.cifarRun).to.match(/^\d+\.\d+\.\d+/);
  });

  it('has a row of metrics for each epoch of both phases', async () => {
    const epochs = await readMetricsCsv(result.folder);
    expect(
      epochs.map(({ phase, phaseEpoch, epoch, step }) => [phase, phaseEpoch, epoch, step]),
    ).to.deep.equal([
      ['head', 1, 1, 4],
      ['head', 2, 2, 8],
      ['fine-tune', 1, 3, 12],
      ['fine-tune', 2, 4, 16],
      ['fine-tune', 3, 5, 20],
    ]);
    for (const { train, validation } of epochs)
      expect([Object.keys(train), Object.keys(validation)]).to.deep.equal([
        ['loss', 'accuracy', 'mse'],
        ['loss', 'accuracy', 'mse'],
      ]);
  });

  it('is consistent: predictions, confusion matrix, report, summary and the last epoch', async () => {
    const [, ...predictions] = await table('predictions.csv');
    expect(predictions.map(([, , truth]) => truth)).to.deep.equal(
      Array.from(data.validation.labels, (label) => data.classNames[label]),
    );
    expect(predictions.every(([, image]) => /^train \d+$/.test(image ?? ''))).to.equal(true);
    const correct = predictions.filter(([, , truth, predicted]) => truth === predicted).length;
    const [header, ...confusion] = await table('confusion_matrix.csv');
    expect(header).to.deep.equal(['true \\ predicted', '3', '5', '8']);
    for (const [i, [name, ...counts]] of confusion.entries())
      for (const [j, count] of counts.entries())
        expect(Number(count)).to.equal(
          predictions.filter(
            ([, , truth, predicted]) => truth === name && predicted === header?.[j + 1],
          ).length,
          `cell ${i} ${j}`,
        );
    const report = await table('classification_report.csv');
    expect(report.map(([name]) => name)).to.deep.equal([
      'class',
      '3',
      '5',
      '8',
      'accuracy',
      'macro avg',
      'weighted avg',
    ]);
    expect(Number(report[4]?.[3])).to.equal(correct / predictions.length);
    const summary = JSON.parse(await read('summary.json'));
    const last = (await readMetricsCsv(result.folder)).at(-1);
    expect(summary.validation.accuracy).to.equal(correct / predictions.length);
    expect(summary.validation.loss).to.be.closeTo(last?.validation.loss ?? Number.NaN, 1e-6);
    expect(summary.validation.logLoss).to.be.closeTo(summary.validation.loss, 1e-5);
    expect(result.metrics.val_accuracy).to.be.closeTo(summary.validation.accuracy, 1e-6);
  });

  it('summarizes each phase by its best and last epoch', async () => {
    const summary = JSON.parse(await read('summary.json'));
    const epochs = await readMetricsCsv(result.folder);
    expect(summary).to.include({ name: 'three-digits', seed: 3, classes: 3, epochs: 5, steps: 20 });
    expect(summary.images).to.deep.equal({ train: 120, validation: 60, broken: 0 });
    const [head, fineTune] = summary.phases;
    expect(head.trainableParameters + head.frozenParameters).to.equal(summary.parameters);
    expect(fineTune.trainableParameters).to.be.above(head.trainableParameters);
    const losses = epochs.slice(2).map(({ validation }) => validation.loss);
    expect(fineTune.best.val_loss).to.equal(Math.min(...(losses as number[])));
    expect(fineTune.last.val_loss).to.equal(losses.at(-1));
  });

  it('has charts that decode', async () => {
    for (const name of ['curves', 'confusion_matrix', 'examples', 'mistakes']) {
      const { format, width } = await sharp(join(result.folder, `${name}.png`)).metadata();
      expect(format, name).to.equal('png');
      expect(width, name).to.be.above(300);
    }
  });

  it('has a log of every phase and epoch, each line with its time', async () => {
    const lines = (await read('log.txt')).trimEnd().split('\n');
    for (const line of lines)
      expect(line).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z {2}\S/);
    expect(lines).to.have.length(4 + 2 + 1 + 5 + 2 + 7 + 1);
    expect(lines[0]).to.match(/ {2}cifar-run \S+ on Node/);
    expect(lines[5]).to.match(
      /phase head: features after \S+: (computed once|read from the cache)$/,
    );
    expect(JSON.parse(await read('status.json'))).to.include({ state: 'finished', error: null });
  });

  it('has a model that predicts in plain TensorFlow.js what predictions.csv has', async () => {
    const shape = [data.validation.labels.length, 28, 28, 1];
    const values = Array.from(pixelsOf(data.validation), (level) => level / 255);
    const predicted = await predictInPlainTfjs(join(result.folder, 'model'), shape, values);
    const [, ...predictions] = await table('predictions.csv');
    const written = predictions.flatMap(([, , , , , ...probabilities]) =>
      probabilities.map(Number),
    );
    expect(predicted.values).to.have.length(written.length);
    for (const [i, value] of predicted.values.entries())
      expect(value).to.be.closeTo(written[i] ?? -1, 1e-5);
    expect(JSON.parse(await read('model/labels.json'))).to.deep.equal(['3', '5', '8']);
  });
});

describe('the record of a run that does not finish', () => {
  const engine = useEngine();
  let runs: string;
  let record: RunRecord;

  beforeEach(async () => {
    runs = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    const file = join(runs, 'three-digits.yaml');
    await writeFile(file, EXPERIMENT);
    const loaded = await loadExperiment(file, { set: [], setFile: [] });
    const none = {
      height: 1,
      width: 1,
      channels: 1,
      pixels: new MemoryPixels(new Uint8Array(), 1),
      labels: new Int32Array(),
    };
    const data = {
      classNames: ['3', '5', '8'],
      train: none,
      validation: none,
      classWeights: null,
      broken: [],
    };
    record = await openRecord({
      runs,
      planned: { ...loaded, plan: { id: '0123', imageShape: [28, 28, 1] } },
      engine: engine(),
      data,
      weights: null,
      unfinished: null,
    });
  });

  afterEach(() => rm(runs, { recursive: true }));

  const status = async () => JSON.parse(await readFile(join(record.folder, 'status.json'), 'utf8'));
  const log = () => readFile(join(record.folder, 'log.txt'), 'utf8');

  it('has the error that made it fail', async () => {
    await record.fail(new RunError('the loss is NaN'));
    expect(await status()).to.include({ state: 'failed', error: 'the loss is NaN' });
    expect(await log()).to.match(/Z {2}failed: the loss is NaN\n.*Z {2}at /);
  });

  it('is neither finished nor failed after an interruption', async () => {
    await record.fail(new InterruptedError('SIGINT'));
    expect(await status()).to.include({ state: 'started', ended: null, error: null });
    expect(await log()).to.match(/Z {2}interrupted by SIGINT\n$/);
  });

  it('reports a removed folder at the next epoch', async () => {
    await rm(record.folder, { recursive: true });
    const error = await record.epochEnd(epoch(1)).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(RunError);
    expect(String(error)).to.match(/nothing more is written to .*: it was removed/);
  });

  it('does not throw if the failure cannot be written either', async () => {
    await rm(record.folder, { recursive: true });
    await record.fail(new RunError('the disk is gone'));
  });
});
