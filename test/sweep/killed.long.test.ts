import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { uniforms } from '../../src/common/random.ts';
import { readStatus } from '../../src/run-folder/status.ts';
import type { Trial } from '../../src/run-folder/sweep-record.ts';
import { startProgram } from '../program.ts';
import { itOnLinux } from '../requirements.ts';

const EXPERIMENT = `
name: long
seed: 5
data: { dataset: digits, classes: ['1', '7'], limit: 20, validation: 0.3 }
model:
  backbone: { inputShape: [28, 28, 1], weights: random, layers: [flatten] }
  head: [dense: { units: 2, activation: softmax, name: predictions }]
phases: [{ name: train, epochs: 250, optimizer: adam }]
sweep: { parameters: { seed: { values: [1, 2, 3, 4] } } }
`;

const KILLS = 4;
const LATEST_KILL_MS = 5_000;

describe('a sweep that is stopped or killed', function (this: Mocha.Suite) {
  this.timeout(300_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    await writeFile(join(folder, 'long.yaml'), EXPERIMENT);
  });
  after(() => rm(folder, { recursive: true }));

  const start = (...options: string[]) =>
    startProgram(['long.yaml', '--jobs', '2', ...options], { cwd: folder });

  async function recorded(name = 'long') {
    const text = await readFile(join(folder, 'runs', name, 'sweep.json'), 'utf8');
    return (JSON.parse(text) as { runs: Trial[] }).runs;
  }

  /** Returns the state of every run that was ever started, by its folder. */
  async function startedRuns() {
    const entries = await readdir(join(folder, 'runs/long'), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const states = folders.map(async (name) => {
      const status = await readStatus(join(folder, 'runs/long', name));
      return [name, status?.state ?? 'interrupted'] as const;
    });
    return new Map(await Promise.all(states));
  }

  it('stops its runs and exits with 130 at SIGINT, resumes, and loses no finished run when it is killed', async () => {
    const first = start();
    // By then one of the first two runs has finished.
    await first.until(/run 3 of 4.* running/);
    first.program.kill('SIGINT');
    expect((await first.program).exitCode).to.equal(130);
    const interrupted = await recorded();
    const done = interrupted.filter(({ state }) => state === 'finished');
    expect(done.length).to.be.within(1, 2);
    expect(interrupted.at(-1)?.state).to.be.oneOf(['waiting', 'interrupted']);
    expect([...(await startedRuns()).values()]).not.to.include('running');

    // A killed sweep can save nothing. Its runs notice the closed channel.
    for (const delay of uniforms(KILLS, ['kills'])) {
      const killed = start('--resume');
      await killed.until(/ running$/);
      await sleep(LATEST_KILL_MS * delay);
      killed.program.kill('SIGKILL');
      await killed.program;
    }

    const last = start('--resume');
    expect((await last.program).exitCode).to.equal(0);
    const states = await startedRuns();
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

  itOnLinux('resumes a run whose process was killed, with the same batch size', async () => {
    const options = ['--no-needed', '--retries', '1', '--limit', '1', '--set', 'name=shot'];
    const { program, until } = start(...options);
    await until(/ running$/);
    const runs = join(folder, 'runs/shot');
    const pidOf = async (): Promise<number | undefined> => {
      const [own] = (await readdir(runs)).filter((name) => /^\d{4}-/.test(name));
      return own === undefined ? own : (await readStatus(join(runs, own)))?.pid;
    };
    let pid = await pidOf();
    for (; pid === undefined; pid = await pidOf()) await sleep(50);
    process.kill(pid, 'SIGKILL');
    const { exitCode, stdout } = await program;
    expect(stdout).to.match(/run 1: attempt 2 of 2: its process was killed by SIGKILL/);
    expect(exitCode).to.equal(0);
    const [run] = await recorded('shot');
    expect([run?.state, run?.batchHalved]).to.deep.equal(['finished', 0]);
    expect((await readdir(runs)).filter((name) => /^\d{4}-/.test(name))).to.deep.equal([
      run?.folder,
    ]);
  });
});
