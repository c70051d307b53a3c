import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readRunDetail } from '../../src/runs/detail.ts';
import { findRun } from '../../src/runs/find.ts';
import { cifarRun } from '../program.ts';
import { useTrainedRuns } from '../trained-runs.ts';

describe('cifar-run report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-run-report-'));
  useTrainedRuns(join(folder, 'runs'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const say = (args: string) => cifarRun(args.split(' '), folder);
  const report = async (args: string) => {
    const { exitCode, stdout, stderr } = await say(`report ${args}`);
    expect(exitCode, stderr).to.equal(0);
    return stdout;
  };
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');

  it('writes one run into one file', async () => {
    expect(await report('latest')).to.match(/^report\.html: 1 run, \d+ kB$/);
    const html = read('report.html');
    expect(html).to.include('Content-Security-Policy');
    expect(html).to.not.match(/(src|href)="(?!data:|#)/);
    for (const title of ['Curves', 'Confusion matrix', 'Classes', 'Examples', 'Configuration']) {
      expect(html).to.match(new RegExp(`<h2>${title}<`));
    }
    expect(html.match(/<img [^>]*src="data:image\/webp/g)?.length).to.be.above(20);
  });

  it('compares the runs of a sweep, the best first', async () => {
    expect(await report('rates -o sweep.html')).to.match(/^sweep\.html: 4 runs, /);
    const html = read('sweep.html');
    expect(html).to.match(
      /best: head\.optimizer\.learningRate=0\.\d+, fine-tune\.optimizer\.learningRate=0\.\d+: val_accuracy/,
    );
    expect(html).to.include('Effect of each parameter');
    const both = 'digits/latest~1 digits/latest';
    const named = await report(`digits/best:val_loss ${both} -o named.html`);
    expect(named).to.match(/: 2 runs, /);
  });

  it('replaces reports and no other file', async () => {
    await report('latest -o again.html');
    await report('latest -o again.html');
    writeFileSync(join(folder, 'mine.html'), 'mine');
    const { exitCode, stderr } = await say('report latest -o mine.html');
    expect({ exitCode, stderr }).to.deep.equal({
      exitCode: 2,
      stderr: 'mine.html already exists and is not a report; --force replaces it',
    });
    expect(read('mine.html')).to.equal('mine');
    await report('latest -o mine.html --force');
    expect(statSync(join(folder, 'mine.html')).size).to.be.above(10_000);
  });

  it('refuses unknown runs and missing folders', async () => {
    const none = await say('report gone');
    expect(none.exitCode).to.equal(2);
    expect(none.stderr).to.match(/^no run is named gone; the latest are rates\//);
    const nowhere = await say('report latest -o no/where.html');
    expect(nowhere.stderr).to.match(/^cannot write no\/where\.html: ENOENT/);
  });

  it('lists a damaged run among others only in their table', async () => {
    const summary = join(await findRun('rates/latest~1', join(folder, 'runs')), 'summary.json');
    const whole = readFileSync(summary);
    writeFileSync(summary, whole.subarray(0, 100));
    const alone = await say('report rates/latest~1');
    expect(alone.exitCode).to.equal(2);
    expect(alone.stderr).to.match(/summary\.json is damaged: its 100 characters are no whole/);
    expect(await report('rates -o damaged.html')).to.match(/: 3 runs, /);
    expect(read('damaged.html')).to.include('<td>damaged</td>');
    writeFileSync(summary, whole);
  });

  it('shows an interrupted run up to its last epoch', async () => {
    const run = await findRun('latest', join(folder, 'runs'));
    const whole = await readRunDetail(run);
    expect(whole.thumbnails?.examples).to.have.length(25);
    expect(whole.phases[0]).to.include({ name: 'head', epochs: 1, keptEpoch: 1 });
    for (const name of ['summary.json', 'status.json', 'confusion_matrix.csv', 'images.json']) {
      rmSync(join(run, name));
    }
    const rest = await readRunDetail(run);
    expect(rest).to.include({ state: 'interrupted', classes: null, thumbnails: null });
    expect(rest.epochs).to.have.length(2);
    await report(`${run} -o interrupted.html`);
    expect(read('interrupted.html')).to.include('interrupted').and.not.include('Confusion matrix');
  });
});
