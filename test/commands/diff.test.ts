import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type DiffOptions, diffCommand } from '../../src/commands/diff.ts';

/** Writes what a run leaves that differences read; it has the first `right` of ten pictures right. */
function writeRun(runs: string, second: number, rate: number, right: number): void {
  const path = join(runs, 'digits', `2026-01-31T12-00-0${second}Z-000000000${second}`);
  mkdirSync(path, { recursive: true });
  const predictions = Array.from({ length: 10 }, (_, i) => {
    const truth = i % 2 ? 'odd' : 'p_even';
    const other = i % 2 ? 'p_even' : 'odd';
    return `${i},${truth},${i < right ? truth : other},0.9,0.9,0.1`;
  });
  const files = {
    'status.json': JSON.stringify({ state: 'finished' }),
    'resolved.yaml': `phases: [{ name: all, optimizer: { learningRate: ${rate} } }]\n`,
    'environment.json': JSON.stringify({ node: 'v24', seed: 1, machine: { memoryBytes: second } }),
    'summary.json': JSON.stringify({ validation: { accuracy: right / 10 } }),
    'metrics.csv':
      'phase,phase_epoch,epoch,step,learning_rate,loss,val_loss,seconds,images_per_second\n' +
      `all,1,1,9,0.1,1,2,1,9\nall,2,2,18,0.1,1,${right / 10},1,9\nall,3,3,27,0.1,1,1.5,1,9\n`,
    'predictions.csv': `index,true,predicted,confidence,p_p_even,p_odd\n${predictions.join('\n')}\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
}

describe('diff', () => {
  const runs = mkdtempSync(join(tmpdir(), 'cifar-run-diff-'));
  after(() => rmSync(runs, { recursive: true }));
  before(() => {
    writeRun(runs, 1, 0.1, 8);
    writeRun(runs, 2, 0.01, 6);
  });

  /** What the command prints, and its exit code. */
  async function said(options: Partial<DiffOptions> = {}) {
    const written = { stdout: '', stderr: '' };
    const before = { stdout: process.stdout.write, stderr: process.stderr.write };
    for (const name of ['stdout', 'stderr'] as const) {
      process[name].write = (chunk: string | Uint8Array) => {
        written[name] += chunk;
        return true;
      };
    }
    try {
      await diffCommand('latest~1', 'latest', { runs, ...options });
      return { ...written, exitCode: process.exitCode ?? 0 };
    } finally {
      for (const name of ['stdout', 'stderr'] as const) process[name].write = before[name];
      process.exitCode = 0;
    }
  }

  it('shows what changed: settings, metrics at the best and last epoch, classes, mistakes', async () => {
    const { stdout, exitCode } = await said();
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^phases\.all\.optimizer\.learningRate +0\.1 +0\.01$/m);
    expect(stdout).to.match(/^model val_accuracy +0\.8000 +0\.6000 +-0\.2000$/m);
    expect(stdout).to.match(/^best val_loss +0\.8000 +0\.6000 +-0\.2000$/m);
    expect(stdout).to.match(/^last val_loss +1\.5000 +1\.5000 +0\.0000$/m);
    expect(stdout).to.match(/^p_even taken for odd +1 +2 +\+1$/m);
    expect(stdout).to.contain('no clear difference: -20.00 points of accuracy on the same 10');
    expect(stdout).to.not.contain('memoryBytes');
  });

  it('ends with exit code 3 when --fail-if holds, and says so', async () => {
    const failed = await said({ failIf: 'val_accuracy < -0.5%' });
    expect(failed.exitCode).to.equal(3);
    expect(failed.stderr).to.equal('it holds: val_accuracy < -0.5%\n');
    expect((await said({ failIf: 'val_accuracy < -30%' })).exitCode).to.equal(0);
  });

  it('refuses a condition on what is no metric', async () => {
    const error = await said({ failIf: 'val_acuracy < 0' }).catch((reason: Error) => reason);
    expect(String(error)).to.match(/no metric val_acuracy in common\. Did you mean val_accuracy\?/);
  });

  it('prints JSON, CSV and Markdown', async () => {
    const json = JSON.parse((await said({ json: true })).stdout);
    expect(json.answers).to.deep.include({ fixed: [], broken: [6, 7] });
    expect((await said({ csv: true })).stdout.split('\n').slice(0, 2)).to.deep.equal([
      'part,name,column,value',
      'settings,phases.all.optimizer.learningRate,first,0.1',
    ]);
    const { stdout } = await said({ md: true, metric: 'val_accuracy', onlyChanged: true });
    expect(stdout).to.match(/^\| model val_accuracy \| 0\.8000 \| 0\.6000 \| -0\.2000 \|$/m);
    expect(stdout).to.not.contain('val_loss');
  });
});
