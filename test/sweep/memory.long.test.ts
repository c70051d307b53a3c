import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse as parseCsv } from 'csv-parse/sync';
import { execa } from 'execa';
import { parse } from 'yaml';
import { cli } from '../program.ts';
import { itOnLinux } from '../requirements.ts';

/** Takes 56 MB per image of a batch, so 3.6 GB for a batch of 64. */
const EXPERIMENT = `
name: large
seed: 1
data: { dataset: digits, classes: ['1', '7'], limit: { train: 64, validation: 4 }, validation: 0.3 }
model:
  backbone:
    inputShape: [28, 28, 1]
    weights: random
    layers: [zeroPadding2d: { padding: 1860 }, globalMaxPooling2d]
  head: [dense: { units: 2, activation: softmax, name: predictions }]
phases: [{ name: train, epochs: 1, batchSize: 64, optimizer: sgd }]
sweep: { parameters: { seed: { values: [1] } } }
`;
const LIMIT_BYTES = 5.3e9;

describe('a run that exceeds the memory', function (this: Mocha.Suite) {
  this.timeout(120_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  itOnLinux('is retried with half the batch size and as many images per update', async () => {
    await writeFile(join(folder, 'large.yaml'), EXPERIMENT);
    const command = [process.execPath, ...cli, 'large.yaml', '--threads', '1'];
    const { stdout } = await execa('prlimit', [`--as=${LIMIT_BYTES}`, ...command], { cwd: folder });
    expect(stdout).to.match(
      /run 1: out of memory, retrying with half the batch: .*OOM when allocating/,
    );
    const sweep = JSON.parse(await readFile(join(folder, 'runs/large/sweep.json'), 'utf8'));
    const [run] = sweep.runs;
    expect([run.state, run.batchHalved]).to.deep.equal(['finished', 1]);
    const summary = await readFile(join(folder, 'runs/large/summary.csv'), 'utf8');
    const [row] = parseCsv(summary, { columns: true }) as Record<string, string>[];
    expect(row?.batch_halved).to.equal('1');
    const resolved = await readFile(
      join(folder, 'runs/large', run.folder, 'resolved.yaml'),
      'utf8',
    );
    const { batchSize, gradientAccumulation } = parse(resolved).phases[0];
    expect([batchSize, gradientAccumulation]).to.deep.equal([32, 2]);
  });
});
