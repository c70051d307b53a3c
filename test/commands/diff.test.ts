import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type DiffOptions, diffCommand } from '../../src/commands/diff.ts';
import { captureOutput } from '../captured-output.ts';

interface RunContent {
  readonly rate: number;
  /** The number of correct predictions, which are the first of ten. */
  readonly correct: number;
  readonly seed?: number;
  readonly experiment?: string;
}

/** Writes the files of a run that diff reads. @returns the name of its folder */
function writeRun(runs: string, second: number, content: RunContent): string {
  const { rate, correct, seed = 1, experiment = 'digits' } = content;
  const folder = `2026-01-31T12-00-0${second}Z-000000000${second}`;
  const path = join(runs, experiment, folder);
  mkdirSync(path, { recursive: true });
  const predictions = Array.from({ length: 10 }, (_, i) => {
    const truth = i % 2 ? 'odd' : 'p_even';
    const other = i % 2 ? 'p_even' : 'odd';
    return `${i},images/${i}.png,${truth},${i < correct ? truth : other},0.9,0.9,0.1`;
  });
  const files = {
    'status.json': JSON.stringify({ state: 'finished' }),
    'resolved.yaml': `seed: ${seed}\nphases: [{ name: all, optimizer: { learningRate: ${rate} } }]\n`,
    'environment.json': JSON.stringify({
      cifarRun: '0.1.0',
      node: 'v24',
      machine: { memoryBytes: second },
      gitCommit: `${second}`.repeat(40) + (second === 1 ? '' : '-dirty'),
      dataHash: 'd1',
      weightHashes: { '/home/a/weights.bin': `${rate}`.repeat(10) },
    }),
    'summary.json': JSON.stringify({
      images: { train: 40, validation: 10 },
      validation: { accuracy: correct / 10 },
      phases: [],
    }),
    'metrics.csv':
      'phase,phase_epoch,epoch,step,learning_rate,loss,val_loss,seconds,images_per_second\n' +
      `all,1,1,9,0.1,1,2,1,9\nall,2,2,18,0.1,1,${correct / 10},1,9\nall,3,3,27,0.1,1,1.5,1,9\n`,
    'predictions.csv': `index,image,true,predicted,confidence,p_p_even,p_odd\n${predictions.join('\n')}\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return folder;
}

/** Writes a sweep over two rates. With the second rate, `gain` more of ten predictions are correct. */
function writeSweep(runs: string, name: string, seeds: readonly number[], gain: number): void {
  const trials = [0.1, 0.2].flatMap((rate, i) =>
    seeds.map((seed) => {
      const content = { rate, seed, correct: 5 + i * gain + (seed % 2), experiment: name };
      const folder = writeRun(runs, 2 * i + seed, content);
      const settings = { 'phases.all.optimizer.learningRate': rate, seed };
      return { run: 2 * i + seed, id: folder.slice(-10), settings, state: 'finished', folder };
    }),
  );
  const metric = { name: 'val_accuracy', goal: 'maximize' };
  writeFileSync(join(runs, name, 'sweep.json'), JSON.stringify({ name, metric, runs: trials }));
}

describe('diff', () => {
  const runs = mkdtempSync(join(tmpdir(), 'cifar-run-diff-'));
  after(() => rmSync(runs, { recursive: true }));
  before(() => {
    writeRun(runs, 1, { rate: 0.1, correct: 8 });
    writeRun(runs, 2, { rate: 0.01, correct: 6 });
    writeSweep(runs, 'before', [1, 2], 1);
    writeSweep(runs, 'after', [3, 4], 3);
  });

  /** Returns the output of the command for two runs or sweeps. */
  function diff(options: Partial<DiffOptions> = {}, names = 'digits/latest~1 digits/latest') {
    const [first = '', second = ''] = names.split(' ');
    return captureOutput(() => diffCommand(first, second, { runs, ...options }));
  }

  it('shows changed settings, metrics of the best and last epoch, classes and predictions', async () => {
    const { stdout, exitCode } = await diff();
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^phases\.all\.optimizer\.learningRate +0\.1 +0\.01$/m);
    expect(stdout).to.match(/^model val_accuracy +80\.00 % +60\.00 % +-20\.00 %$/m);
    expect(stdout).to.match(/^best val_loss +0\.8000 +0\.6000 +-0\.2000$/m);
    expect(stdout).to.match(/^last val_loss +1\.5000 +1\.5000 +0\.0000$/m);
    expect(stdout).to.match(/^p_even predicted as odd +1 +2 +\+1$/m);
    expect(stdout).to.match(/^best by val_loss +2 +2 +0$/m);
    expect(stdout).to.match(/^weights\.bin \(SHA-256\) +0\.10\.10\.10\.1 +0\.010\.010\.01$/m);
    expect(stdout).to.contain(
      'no clear difference: -20.00 points of accuracy\n  images    the same 10: 0 fixed, 2 broken\n',
    );
    expect(stdout).to.contain("McNemar's exact test p = 0.5; 95 % of bootstraps -50.00 to 0.00");
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).to.be.at.most(80);
    expect(stdout).to.match(/^images\/6\.png +p_even +p_even +odd +90\.00 %$/m);
    expect(stdout).to.match(/^gitCommit +1{12} +2{12}-dirty$/m);
    expect(stdout).to.not.contain('memoryBytes');
    expect(stdout).to.not.contain('\u001b[');
  });

  it('exits with code 3 and a message if the condition of --fail-if is true', async () => {
    const failed = await diff({ failIf: 'val_accuracy < -0.5%' });
    expect(failed.exitCode).to.equal(3);
    expect(failed.stderr).to.equal('the condition is true: val_accuracy < -0.5%\n');
    expect((await diff({ failIf: 'val_accuracy < -30%' })).exitCode).to.equal(0);
  });

  it('rejects an unknown metric in a condition', async () => {
    const error = await diff({ failIf: 'val_acuracy < 0' }).catch((reason: Error) => reason);
    expect(String(error)).to.match(
      /the metric val_acuracy is not common to both\. Did you mean val_accuracy\?/,
    );
    const metric = await diff({ metric: 'val_acuracy' }).catch((reason: Error) => reason);
    expect(String(metric)).to.match(
      /the metric val_acuracy is not common to both\. Did you mean val_accuracy\?/,
    );
  });

  it('prints JSON, CSV and Markdown', async () => {
    const json = JSON.parse((await diff({ json: true })).stdout);
    expect(json.predictions.fixed).to.deep.equal([]);
    expect(json.predictions.broken.map((flip: { index: number }) => flip.index)).to.deep.equal([
      6, 7,
    ]);
    expect((await diff({ csv: true })).stdout.split('\n').slice(0, 2)).to.deep.equal([
      'part,name,column,value',
      'settings,phases.all.optimizer.learningRate,first,0.1',
    ]);
    const { stdout } = await diff({ md: true, metric: 'val_accuracy', onlyChanged: true });
    expect(stdout).to.match(/^\| model val_accuracy \| 80\.00 % \| 60\.00 % \| -20\.00 % \|$/m);
    expect(stdout).to.not.contain('val_loss');
  });

  describe('reports predictions that', () => {
    /** Compares the latest run with a copy in which a file is changed or, with `null`, missing. Returns the error or the output. */
    async function diffWithDamaged(file: string, change: (text: string) => string | null) {
      const folder = join(runs, 'damaged/2026-01-31T12-00-09Z-0000000009');
      cpSync(join(runs, 'digits/2026-01-31T12-00-02Z-0000000002'), folder, { recursive: true });
      const text = change(readFileSync(join(folder, file), 'utf8'));
      if (text === null) rmSync(join(folder, file));
      else writeFileSync(join(folder, file), text);
      const result = await diff({}, 'digits/latest damaged/latest').catch((error: Error) => error);
      rmSync(join(runs, 'damaged'), { recursive: true });
      return result instanceof Error ? result.message : result.stdout;
    }

    for (const [what, change, message] of [
      ['are missing', () => null, 'the run has finished, but the file is missing'],
      ['are truncated', (text: string) => text.slice(0, -30), /damaged: (Invalid Record|it must)/],
      ['lack images', (text: string) => text.replace(/9,images.*\n/, ''), 'it has 9 of 10 images'],
      [
        'have an unknown class',
        (text: string) => text.replace(',odd,', ',ood,'),
        'line 3 is not of image 1',
      ],
      [
        'have other columns',
        () => 'x\n',
        'it must begin with the columns index,image,true,predicted,confidence',
      ],
    ] as const) {
      it(what, async () => {
        const printed = await diffWithDamaged('predictions.csv', change);
        expect(printed).to.match(/predictions\.csv is damaged: /);
        if (typeof message === 'string') expect(printed).to.contain(message);
        else expect(printed).to.match(message);
      });
    }

    it('an unfinished run lacks, without an error', async () => {
      const failed = (text: string) => text.replace('finished', 'failed');
      const missing = await diffWithDamaged('status.json', (text) => {
        rmSync(join(runs, 'damaged/2026-01-31T12-00-09Z-0000000009/predictions.csv'));
        return failed(text);
      });
      expect(missing).to.match(
        /^no verdict: damaged\/.*0000000009 has no predictions: it is failed/m,
      );
      expect(missing).to.match(/^last val_loss/m);
    });
  });

  it('treats runs that differ only in their seeds as replicates', async () => {
    const { stdout } = await diff(
      {},
      'before/1 before/3'.replaceAll(/\d/g, (id) => `000000000${id}`),
    );
    expect(stdout).to.match(
      /^ {2}seeds +55\.00 ± 7\.07 % \(2 runs\) to 65\.00 ± 7\.07 % \(2 runs\)/m,
    );
  });

  it('pairs the cells of two sweeps', async () => {
    const { stdout, exitCode } = await diff({ failIf: 'val_accuracy > 15%' }, 'before after');
    expect(stdout).to.match(/^1 of 2 cells are better in val_accuracy/m);
    expect(stdout).to.match(/^ +0\.2 +65\.00 ± 7\.07 % +85\.00 ± 7\.07 % +\+20\.00 % +0\.11$/m);
    expect(exitCode).to.equal(3);
    const json = JSON.parse((await diff({ json: true }, 'before after')).stdout);
    expect(json.cells[1].changes.val_accuracy).to.be.closeTo(0.2, 1e-12);
    const csv = (await diff({ csv: true }, 'before after')).stdout.split('\n');
    expect(csv).to.include('cells,0.2,first_sd,0.07071067811865474');
    const mixed = await diff({}, 'before digits/latest').catch((reason: Error) => reason);
    expect(String(mixed)).to.match(/takes two runs or two sweeps\. Received: the sweep before/);
  });
});
