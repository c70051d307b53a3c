import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CompareOptions, compareCommand } from '../../src/commands/compare.ts';
import { writeSweepSummary } from '../../src/runs/compared.ts';
import { captureOutput } from '../captured-output.ts';

const RATE = 'phases.all.optimizer.learningRate';

/** Writes the files of a run that compare reads. Returns its entry of sweep.json. */
function writeRun(runs: string, experiment: string, i: number, rate: number, seed: number) {
  const id = `${i}`.padStart(10, '0');
  const folder = `2026-01-31T12-00-0${i}Z-${id}`;
  const path = join(runs, experiment, folder);
  mkdirSync(path, { recursive: true });
  const accuracy = 0.5 + rate * 10 + seed / 100;
  const files = {
    'status.json': JSON.stringify({
      state: 'finished',
      started: '2026',
      ended: '2026',
      error: null,
    }),
    'summary.json': JSON.stringify({
      validation: { loss: 1 - accuracy, accuracy },
      images: {},
      phases: [],
    }),
    'resolved.yaml': `name: ${experiment}\nseed: ${seed}\nphases:\n  - { name: all, epochs: 1, optimizer: { learningRate: ${rate} } }\n`,
    'metrics.csv': `phase,phase_epoch,epoch,step,learning_rate,loss,val_loss,seconds,images_per_second\nall,1,1,9,${rate},1,1,2.5,9\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  const settings = { [RATE]: rate, seed };
  return { run: i, id, settings, state: 'finished', folder, error: null, metrics: {} };
}

describe('compare', () => {
  const runs = mkdtempSync(join(tmpdir(), 'cifar-run-compare-'));
  after(() => rmSync(runs, { recursive: true }));

  before(() => {
    writeRun(runs, 'alone', 7, 0.04, 1);
    const swept = [0.01, 0.02].flatMap((rate, i) =>
      [1, 2].map((seed) => writeRun(runs, 'rates', 2 * i + seed, rate, seed)),
    );
    const settings = { [RATE]: 0.03, seed: 1 };
    const failed = { run: 5, id: '5', settings, state: 'failed', folder: null, error: 'no memory' };
    const metric = { name: 'val_accuracy', goal: 'maximize' };
    const sweep = { name: 'rates', metric, runs: [...swept, failed] };
    writeFileSync(join(runs, 'rates/sweep.json'), JSON.stringify(sweep));
  });

  /** Returns what the command prints. */
  async function compare(
    references: string,
    options: Partial<CompareOptions> = {},
  ): Promise<string> {
    const command = () => compareCommand(references.split(' '), { runs, ...options });
    return (await captureOutput(command)).stdout;
  }

  const errorOf = (references: string, options: Partial<CompareOptions> = {}) =>
    compare(references, options).then(
      () => 'there was no error',
      (error: Error) => error.message,
    );

  it('shows the cells of a sweep, the best cell and the effect of each setting', async () => {
    const lines = (await compare('rates')).split('\n');
    expect(lines.slice(0, 4)).to.deep.equal([
      'learningRate  finished  failed         val_loss    val_accuracy',
      '        0.02         2       0  0.2850 ± 0.0071  71.50 ± 0.71 %',
      '        0.01         2       0  0.3850 ± 0.0071  61.50 ± 0.71 %',
      '        0.03         0       1',
    ]);
    expect(lines).to.include('best: learningRate=0.02: val_accuracy 71.50 ± 0.71 % over 2 runs');
    expect(lines.find((line) => line.startsWith(RATE))).to.match(
      /99 % +0\.89 +0\.01: 61\.50 %, 0\.02: 71\.50 %$/,
    );
  });

  it('writes the same tables and charts into the folder of the sweep', async () => {
    const folder = join(runs, 'rates');
    for (const file of ['cells.csv', 'effects.png']) rmSync(join(folder, file), { force: true });
    expect(await writeSweepSummary(folder)).to.deep.equal(['cells.csv', 'effects.png']);
    expect(readdirSync(folder)).to.include.members(['cells.csv', 'effects.png']);
    const [head, best] = readFileSync(join(folder, 'cells.csv'), 'utf8').split('\n');
    expect(head).to.equal(
      `${RATE},finished,failed,val_loss_mean,val_loss_sd,val_accuracy_mean,val_accuracy_sd`,
    );
    expect(best).to.match(/^0\.02,2,0,0\.285\d*,0\.00707\d+,0\.715,0\.00707\d+$/);
    expect(await writeSweepSummary(join(runs, 'alone'))).to.deep.equal([]);
  });

  it('shows the settings that differ between runs of several experiments', async () => {
    const rows = JSON.parse(await compare('rates alone', { json: true, sort: 'val_accuracy' }));
    expect(rows).to.have.length(6);
    expect(rows[0]).to.include({
      run: 'alone/2026-01-31T12-00-07Z-0000000007',
      seed: 1,
      [RATE]: 0.04,
      status: 'finished',
      epochs: 1,
      val_accuracy: 0.91,
    });
    expect(rows[0]).to.have.keys(Object.keys(rows[1]));
    expect(rows[5]).to.deep.equal({ run: 'rates run 5', seed: 1, [RATE]: 0.03, status: 'failed' });
  });

  it('filters, sorts, chooses columns and groups', async () => {
    const filter = 'val_accuracy > 0.6 and learningRate = 0.01';
    const table = await compare('rates', {
      filter,
      columns: 'seed,seconds',
      sort: '-seed',
      csv: true,
    });
    expect(table).to.equal('seed,seconds\n2,2.5\n1,2.5\n');
    expect(await compare('rates', { groupBy: 'seed', columns: 'val_loss', md: true })).to.contain(
      '| seed | finished | failed | val_loss |\n| ---: | ---: | ---: | ---: |\n| 2 | 2 | 0 | 0.3300 ± 0.0707 |',
    );
    expect(await compare('rates', { filter: 'val_accuracy > 2' })).to.equal(
      '0 of 5 runs match val_accuracy > 2\n',
    );
  });

  it('finds runs by the names that all commands accept', async () => {
    const rows = JSON.parse(await compare('best:val_loss rates/latest~1', { json: true }));
    expect(rows.map((row: { run: string }) => row.run.slice(-3))).to.deep.equal(['007', '003']);
  });

  it('rejects unknown runs, columns and filters', async () => {
    expect(await errorOf('rats')).to.match(/^no run is named rats; the latest are/);
    expect(await errorOf('rates', { sort: 'sed' })).to.equal(
      'no run has a column sed. Did you mean seed?',
    );
    expect(await errorOf('rates', { filter: 'seed >' })).to.match(/at character 7/);
    expect(await errorOf('rates', { groupBy: 'seed', columns: 'epochs' })).to.equal(
      'columns of groups are metrics: val_loss, val_accuracy. Received: --columns epochs',
    );
  });
});
