import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { readStatus } from '../../src/record/status.ts';
import type { SweepRun } from '../../src/record/sweep-record.ts';
import { cli } from '../command-line.ts';

const EXPERIMENT = `
name: long
seed: 5
data: { dataset: digits, classes: ['1', '7'], limit: 20, validation: 0.3 }
model:
  backbone: { inputShape: [28, 28, 1], weights: random, layers: [flatten] }
  head: [dense: { units: 2, activation: softmax, name: predictions }]
phases: [{ name: train, epochs: 150, optimizer: adam }]
sweep: { parameters: { seed: { values: [1, 2, 3, 4] } } }
`;

describe('a sweep that is ended from outside', function (this: Mocha.Suite) {
  this.timeout(180_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    await writeFile(join(folder, 'long.yaml'), EXPERIMENT);
  });
  after(() => rm(folder, { recursive: true }));

  /** Starts the sweep; `until` ends when the program has said this. */
  function start(...options: string[]) {
    const args = [cli, 'long.yaml', '--jobs', '2', ...options];
    const program = execa(process.execPath, args, { cwd: folder, reject: false });
    let said = '';
    const until = (expected: RegExp) =>
      new Promise<void>((resolve) => {
        program.stdout.on('data', (text: Buffer) => {
          said += text;
          if (expected.test(said)) resolve();
        });
      });
    return { program, until };
  }

  async function recorded() {
    const text = await readFile(join(folder, 'runs/long/sweep.json'), 'utf8');
    return (JSON.parse(text) as { runs: SweepRun[] }).runs;
  }

  /** Of each run that was ever begun: its folder to what became of it. */
  async function begun() {
    const entries = await readdir(join(folder, 'runs/long'), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const states = folders.map(async (name) => {
      const status = await readStatus(join(folder, 'runs/long', name));
      return [name, status?.state ?? 'interrupted'] as const;
    });
    return new Map(await Promise.all(states));
  }

  it('has its runs save and end, ends with 130, goes on, and loses nothing when it is killed', async () => {
    const first = start();
    await first.until(
      /run 1 of 4.* finished[\s\S]* run 3 of 4.* running|run 2 of 4.* finished[\s\S]* run 3 of 4.* running/,
    );
    first.program.kill('SIGINT');
    expect((await first.program).exitCode).to.equal(130);
    const interrupted = await recorded();
    const done = interrupted.filter(({ state }) => state === 'finished');
    expect(done.length).to.be.within(1, 2);
    expect(interrupted.at(-1)?.state).to.be.oneOf(['waiting', 'interrupted']);
    expect([...(await begun()).values()]).not.to.include('running');

    // Killed where nothing can be saved any more; its runs are told by their closed channel.
    const second = start('--resume');
    await second.until(/ running$/m);
    second.program.kill('SIGKILL');
    await second.program;

    const third = start('--resume');
    expect((await third.program).exitCode).to.equal(0);
    const states = await begun();
    const all = await recorded();
    expect(all.map(({ state }) => state)).to.deep.equal(Array(4).fill('finished'));
    for (const { id, folder: own } of all) {
      const finished = [...states].filter(
        ([name, state]) => state === 'finished' && name.endsWith(id),
      );
      expect(
        finished.map(([name]) => name),
        'each once',
      ).to.deep.equal([own]);
    }
    for (const { run, folder: own } of done) expect(all[run - 1]?.folder).to.equal(own);
    expect(await readdir(join(folder, 'runs/.claims'))).to.deep.equal([]);
  });
});
