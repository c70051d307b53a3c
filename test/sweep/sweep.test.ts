import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse } from 'yaml';
import { loadExperiment } from '../../src/config/load.ts';
import { plainProgress } from '../../src/progress/plain.ts';
import type { SweepRun } from '../../src/record/sweep-record.ts';
import { runSweep } from '../../src/sweep/sweep.ts';
import { useEngine } from '../engine.ts';

const EXPERIMENT = `
name: three-digits
seed: 5
data: { dataset: digits, classes: ['1', '7', '9'], limit: 30, validation: 0.3 }
model:
  backbone:
    inputShape: [28, 28, 1]
    layers:
      - conv2d: { filters: 4, kernelSize: 5, strides: 4, activation: relu }
    weights: random
  head:
    - flatten
    - dense: { units: 3, activation: softmax, name: predictions }
phases:
  - { name: train, epochs: 3, optimizer: { name: adam, learningRate: 1e-3 }, earlyStopping: { restoreBest: true } }
sweep:
  metric: { name: val_accuracy }
  parameters:
`;

describe('a sweep', function (this: Mocha.Suite) {
  this.timeout(60_000);
  useEngine();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  const lines: string[] = [];
  const runs = () => join(folder, 'runs');

  async function sweep(name: string, parameters: string): Promise<string> {
    const file = join(folder, `${name}.yaml`);
    await writeFile(file, EXPERIMENT + parameters);
    const loaded = await loadExperiment(file, { set: [`name=${name}`], setFile: [] });
    const progress = plainProgress((line) => lines.push(line));
    const { signal } = new AbortController();
    const options = { runs: runs(), verbose: false, compile: true, signal, progress };
    return (await runSweep(loaded, options)).folder;
  }

  async function recorded(name: string) {
    const text = await readFile(join(runs(), name, 'sweep.json'), 'utf8');
    return JSON.parse(text) as { metric: object; runs: SweepRun[] };
  }

  describe('of two rates with two seeds', () => {
    let record: Awaited<ReturnType<typeof recorded>>;
    before(async () => {
      await sweep(
        'rates',
        '    phases.train.optimizer.learningRate: { values: [1e-5, 0.01] }\n  seeds: 2\n',
      );
      record = await recorded('rates');
    });

    it('tells in sweep.json what each run changes, and where it is', async () => {
      const rate = 'phases.train.optimizer.learningRate';
      expect(record.metric).to.deep.equal({ name: 'val_accuracy', goal: 'maximize' });
      expect(record.runs.map(({ run, state, settings }) => [run, state, settings])).to.deep.equal([
        [1, 'finished', { [rate]: 1e-5, seed: 5 }],
        [2, 'finished', { [rate]: 1e-5, seed: 6 }],
        [3, 'finished', { [rate]: 0.01, seed: 5 }],
        [4, 'finished', { [rate]: 0.01, seed: 6 }],
      ]);
      const folders = record.runs.map((run) => run.folder ?? '');
      expect(await readdir(join(runs(), 'rates'))).to.have.members([
        ...folders,
        'sweep.json',
        'summary.csv',
      ]);
      for (const { folder: own, id, settings } of record.runs) {
        expect(own).to.match(new RegExp(`-${id}$`));
        const resolved = join(runs(), 'rates', own ?? '', 'resolved.yaml');
        const { seed, phases, sweep: none } = parse(await readFile(resolved, 'utf8'));
        expect([phases[0].optimizer.learningRate, seed]).to.deep.equal(Object.values(settings));
        expect(none).to.equal(undefined);
      }
    });

    it('sums up in summary.csv what each gave', async () => {
      const text = await readFile(join(runs(), 'rates', 'summary.csv'), 'utf8');
      const rows = parseCsv(text, { columns: true, cast: true }) as Record<string, number>[];
      expect(Object.keys(rows[0] ?? {}).join()).to.equal(
        'run,folder,phases.train.optimizer.learningRate,seed,loss,accuracy,val_loss,val_accuracy',
      );
      for (const [i, { folder: own, metrics }] of record.runs.entries()) {
        const summary = join(runs(), 'rates', own ?? '', 'summary.json');
        const { validation } = JSON.parse(await readFile(summary, 'utf8'));
        expect(rows[i]?.val_loss).to.equal(validation.loss);
        expect(rows[i]?.accuracy).to.equal(metrics?.accuracy);
      }
      expect(new Set(rows.map((row) => row.val_loss)).size).to.equal(4);
    });

    it('names the best run', () => {
      const best = Math.max(...record.runs.map((run) => run.metrics?.val_accuracy ?? 0));
      const said = lines.findLast((line) => line.startsWith('Best of 4 runs'));
      expect(said).to.match(new RegExp(`val_accuracy ${best.toPrecision(4)}$`));
    });
  });

  it('leaves no tensors behind', async () => {
    await sweep('first', '    seed: { values: [5] }\n');
    const before = tf.memory().numTensors;
    await sweep('again', '    seed: { values: [5, 6] }\n');
    expect(tf.memory().numTensors).to.equal(before);
  });

  it('ends at a run that fails, and says which', async () => {
    const parameters = '    model.backbone.weights: { values: [random, none.h5, other.h5] }\n';
    const error = await sweep('fails', parameters).catch((reason: Error) => reason);
    expect(String(error)).to.contain('none.h5');
    const { runs: each } = await recorded('fails');
    expect(each.map(({ state }) => state)).to.deep.equal(['finished', 'failed', 'waiting']);
    expect(each[1]?.error).to.contain('none.h5');
  });
});
