import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { execa } from 'execa';
import { cifarRun } from './command-line.ts';
import { useEngine } from './engine.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const quickstart = join(root, 'configs/quickstart.yaml');

describe('an experiment, from its file to its folder', () => {
  useEngine();
  const runs = mkdtempSync(join(tmpdir(), 'cifar-run-runs-'));
  after(() => rmSync(runs, { recursive: true, force: true }));

  const onlyRunOf = (name: string) => {
    const [run, ...more] = readdirSync(join(runs, name));
    expect(more).to.deep.equal([]);
    return join(runs, name, run ?? '');
  };
  const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));
  const csv = (...path: string[]): string[][] => parse(readFileSync(join(...path)));

  describe('the quickstart', () => {
    let folder: string;

    before(async () => {
      const { exitCode, stdout, stderr } = await cifarRun([quickstart, '--runs', runs]);
      expect(exitCode, stderr).to.equal(0);
      expect(stderr).to.equal('');
      folder = onlyRunOf('quickstart');
      expect(stdout.trim().split('\n').at(-1)).to.equal(folder);
      expect(stdout).to.match(/head: epoch 1 {2}loss \d/);
    });

    it('recognizes at least 98 % of the digits that it has not seen', () => {
      const { validation, pictures } = json(folder, 'summary.json');
      expect(pictures.train).to.be.above(3800);
      expect(validation.accuracy).to.be.at.least(0.98);
    });

    it('writes a row an epoch, with the columns of the design', () => {
      const [header, ...rows] = csv(folder, 'metrics.csv');
      expect(header?.join(',')).to.equal(
        'phase,phase_epoch,epoch,step,learning_rate,loss,accuracy,mse,val_loss,val_accuracy,val_mse,seconds,images_per_second',
      );
      expect(rows.slice(0, 4).map((row) => row[0])).to.deep.equal(Array(4).fill('head'));
      expect(rows.slice(4).every((row) => row[0] === 'fine-tune')).to.equal(true);
      expect(rows.map((row) => Number(row[2]))).to.deep.equal(rows.map((_, i) => i + 1));
    });

    it('counts every validation picture once in the confusion matrix', () => {
      const [header, ...rows] = csv(folder, 'confusion_matrix.csv');
      expect(header?.slice(1)).to.deep.equal(['5', '6', '7', '8', '9']);
      const counts = rows.flatMap((row) => row.slice(1).map(Number));
      const total = counts.reduce((sum, n) => sum + n, 0);
      expect(total).to.equal(json(folder, 'summary.json').pictures.validation);
    });

    it('leaves what the design names, and says that it is finished', () => {
      expect(readdirSync(folder)).to.include.members([
        'classification_report.csv',
        'confusion_matrix.png',
        'curves.png',
        'environment.json',
        'examples.png',
        'experiment.yaml',
        'log.txt',
        'model',
        'predictions.csv',
        'resolved.yaml',
        'summary.json',
      ]);
      expect(readFileSync(join(folder, 'experiment.yaml'))).to.deep.equal(readFileSync(quickstart));
      expect(json(folder, 'environment.json').engine.version).to.match(/^2\.\d+\.\d+$/);
      expect(json(folder, 'model', 'labels.json')).to.deep.equal(['5', '6', '7', '8', '9']);
    });

    it('exports the weights of the layers asked for', async () => {
      const to = join(runs, 'backbone.safetensors');
      const { exitCode } = await cifarRun(['export', folder, to, '--layers', 'block*']);
      expect(exitCode).to.equal(0);
      const bytes = readFileSync(to);
      const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString());
      expect(Object.keys(header)).to.have.members(
        ['block1_conv', 'block2_conv', 'block3_conv'].flatMap((layer) => [
          `${layer}/bias`,
          `${layer}/kernel`,
        ]),
      );
    });
  });

  it('finishes its step and exits with 130 when it is interrupted', async () => {
    const long = [quickstart, '--set', 'name=interrupted', '--set', 'phases.head.epochs=1000'];
    const run = execa(process.execPath, [join(root, 'dist/cli.js'), ...long, '--runs', runs], {
      reject: false,
    });
    for await (const line of run) if (line.includes('head: epoch 1')) run.kill('SIGINT');
    const { exitCode, stderr } = await run;
    expect(exitCode).to.equal(130);
    expect(stderr).to.contain('interrupted by SIGINT');
    const [, ...rows] = csv(onlyRunOf('interrupted'), 'metrics.csv');
    expect(rows).not.to.be.empty;
    expect(readFileSync(join(onlyRunOf('interrupted'), 'log.txt'), 'utf8')).to.contain(
      'interrupted',
    );
  });

  it('says which step made the loss no number, and exits with 1', async () => {
    const { exitCode, stderr } = await cifarRun([
      quickstart,
      ...['--set', 'name=broken', '--set', 'phases.head.optimizer.learningRate=1e30'],
      ...['--runs', runs],
    ]);
    expect(exitCode).to.equal(1);
    expect(stderr).to.match(/the loss became \S+ at step \d+ of phase head/);
  });
});
