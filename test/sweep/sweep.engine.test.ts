import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse } from 'yaml';
import type { Trial } from '../../src/run-folder/sweep-record.ts';
import { cifarRun } from '../program.ts';

const EXPERIMENT = `
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
  - { name: train, epochs: 3, optimizer: { name: adam, learningRate: 1e-3 } }
`;
const RATE = 'phases.train.optimizer.learningRate';

describe('a sweep', function (this: Mocha.Suite) {
  this.timeout(120_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  /**
   * Runs the sweep of `name.yaml`. Sweeps share the finished runs of a folder `runs`.
   * @param sweep the `sweep` section, in YAML's flow style.
   */
  async function run(runs: string, name: string, sweep: string, ...options: string[]) {
    const file = join(folder, `${name}.yaml`);
    await writeFile(file, `${EXPERIMENT}sweep: ${sweep}\n`);
    return cifarRun([file, '--runs', runs, ...options], folder);
  }

  async function recorded(runs: string, name: string) {
    const text = await readFile(join(folder, runs, name, 'sweep.json'), 'utf8');
    return JSON.parse(text) as { metric: object; runs: Trial[] };
  }

  async function summaryOf(runs: string, name: string) {
    const text = await readFile(join(folder, runs, name, 'summary.csv'), 'utf8');
    return parseCsv(text, { columns: true, cast: true }) as Record<string, number | string>[];
  }

  describe('over two rates and two seeds, with two jobs', () => {
    const sweep = (rates: string) =>
      `{ metric: { name: val_accuracy }, parameters: { ${RATE}: { values: [${rates}] } }, seeds: 2 }`;
    let record: Awaited<ReturnType<typeof recorded>>;
    let printed: string;
    before(async () => {
      const options = ['--jobs', '2', '--threads', '1'];
      const { exitCode, stdout } = await run('runs', 'rates', sweep('1e-5, 0.01'), ...options);
      expect(exitCode).to.equal(0);
      printed = stdout;
      record = await recorded('runs', 'rates');
    });

    it('records the settings and the folder of each run in sweep.json', async () => {
      expect(record.metric).to.deep.equal({ name: 'val_accuracy', goal: 'maximize' });
      const recordedRuns = record.runs.map((each) => [
        each.run,
        each.replicate,
        each.state,
        each.settings,
      ]);
      expect(recordedRuns).to.deep.equal([
        [1, 1, 'finished', { [RATE]: 1e-5, seed: 5 }],
        [2, 2, 'finished', { [RATE]: 1e-5, seed: 6 }],
        [3, 1, 'finished', { [RATE]: 0.01, seed: 5 }],
        [4, 2, 'finished', { [RATE]: 0.01, seed: 6 }],
      ]);
      const folders = record.runs.map((each) => each.folder ?? '');
      expect(await readdir(join(folder, 'runs/rates'))).to.have.members([
        ...folders,
        'sweep.json',
        'summary.csv',
        'cells.csv',
        'effects.png',
      ]);
      for (const { folder: own, id, settings } of record.runs) {
        expect(own).to.match(new RegExp(`-${id}$`));
        const at = join(folder, 'runs/rates', own ?? '');
        const { seed, phases } = parse(await readFile(join(at, 'resolved.yaml'), 'utf8'));
        expect([phases[0].optimizer.learningRate, seed]).to.deep.equal(Object.values(settings));
        expect(await readFile(join(at, 'experiment.yaml'), 'utf8')).to.contain('values: [1e-5');
        const { engine } = JSON.parse(await readFile(join(at, 'environment.json'), 'utf8'));
        expect(engine.threads).to.equal(1);
      }
    });

    it('writes the metrics of each run into summary.csv', async () => {
      const rows = await summaryOf('runs', 'rates');
      expect(Object.keys(rows[0] ?? {}).join()).to.equal(
        `run,replicate,state,folder,batch_halved,${RATE},seed,loss,accuracy,val_loss,val_accuracy`,
      );
      for (const [i, { folder: own, metrics }] of record.runs.entries()) {
        const summary = join(folder, 'runs/rates', own ?? '', 'summary.json');
        const { validation } = JSON.parse(await readFile(summary, 'utf8'));
        expect(rows[i]?.val_loss).to.equal(validation.loss);
        expect(rows[i]?.accuracy).to.equal(metrics?.accuracy);
      }
      expect(new Set(rows.map((row) => row.val_loss)).size).to.equal(4);
    });

    it('reports the start and the end of each run, and the best run', () => {
      for (const number of [1, 2, 3, 4]) {
        expect(printed).to.match(new RegExp(`run ${number} of 4 .* running$`, 'm'));
        expect(printed).to.match(
          new RegExp(`run ${number} of 4 .* finished  val_accuracy \\d+\\.\\d\\d %`),
        );
      }
      const best = Math.max(...record.runs.map((each) => each.metrics?.val_accuracy ?? 0));
      expect(printed).to.match(
        new RegExp(`^Best of 4 runs: .* val_accuracy ${(100 * best).toFixed(2)} %$`, 'm'),
      );
    });

    it('gives the same results with one job, byte for byte', async () => {
      const options = ['--threads', '1', '--limit', '2'];
      await run('alone', 'rates', sweep('1e-5, 0.01'), ...options);
      const alone = await recorded('alone', 'rates');
      expect(alone.runs.map(({ state }) => state)).to.deep.equal([
        'finished',
        'finished',
        'waiting',
        'waiting',
      ]);
      for (const [i, { folder: own }] of alone.runs.slice(0, 2).entries()) {
        const other = record.runs[i]?.folder ?? '';
        for (const file of ['predictions.csv', 'model/weights.bin', 'confusion_matrix.csv']) {
          const [one, two] = await Promise.all([
            readFile(join(folder, 'alone/rates', own ?? '', file)),
            readFile(join(folder, 'runs/rates', other, file)),
          ]);
          expect(one.equals(two), file).to.equal(true);
        }
      }
    });

    it('runs only new cells when values are added, and reuses the runs of other sweeps', async () => {
      const folders = record.runs.map((each) => each.folder);
      const { stdout } = await run('runs', 'rates', sweep('0.01, 1e-5, 0.1'), '--limit', '1');
      expect(stdout.match(/ running$/gm)).to.have.length(1);
      const { runs } = await recorded('runs', 'rates');
      expect(runs.map((each) => each.folder).slice(0, 4)).to.deep.equal([
        folders[2],
        folders[3],
        folders[0],
        folders[1],
      ]);
      expect(runs.map(({ state }) => state).slice(4)).to.deep.equal(['finished', 'waiting']);
      const other = await run(
        'runs',
        'other',
        `{ parameters: { ${RATE}: { values: [0.01, 1e-5] } } }`,
      );
      expect(other.stdout).not.to.contain('running');
      const reused = (await recorded('runs', 'other')).runs.map((each) => each.folder);
      expect(reused).to.deep.equal([folders[2], folders[0]].map((own) => `../rates/${own}`));
      const metrics = (await recorded('runs', 'other')).runs.map((each) => each.metrics);
      expect(metrics).to.deep.equal([record.runs[2]?.metrics, record.runs[0]?.metrics]);
    });

    it('estimates the remaining time in a dry run from the finished runs', async () => {
      const { stdout } = await run('runs', 'rates', sweep('0.01, 1e-5, 0.5'), '--dry-run');
      expect(stdout).to.match(
        /^4 of 6 runs are done; 6 epochs are left, about \d+ s one after another$/m,
      );
    });

    it('provides a finished run to --needed', async () => {
      const file = join(folder, 'one.yaml');
      await writeFile(file, EXPERIMENT);
      // All seeds of the sweep share the split of its first seed.
      const set = ['--set', `${RATE}=0.01`, '--set', 'seed=6', '--set', 'data.splitSeed=5'];
      const { stdout } = await cifarRun([file, ...set, '--needed'], folder);
      expect(stdout.split('\n').at(-1)).to.equal(`runs/rates/${record.runs[3]?.folder}`);
    });
  });

  it('retries a failed run, continues with the others, and reports the error at the end', async () => {
    const sweep = `{ parameters: { ${RATE}: { values: [1e36, 1e-3] } }, retries: 1 }`;
    const { exitCode, stdout, stderr } = await run('fails', 'fails', sweep);
    expect(exitCode).to.equal(1);
    expect(stdout).to.match(/run 1: attempt 2 of 2: the loss became NaN/);
    expect(stderr).to.match(/^1 of 2 runs failed:\nrun 1 .*=1e\+36 +the loss became NaN/);
    const { runs } = await recorded('fails', 'fails');
    expect(runs.map(({ state }) => state)).to.deep.equal(['failed', 'finished']);
    expect(runs[0]?.error).to.contain('the loss became NaN');
  });

  it('stops at the first failed run with --fail-fast', async () => {
    const sweep = `{ parameters: { ${RATE}: { values: [1e36, 1e-3] } }, seeds: 2 }`;
    const { exitCode } = await run('fast', 'fast', sweep, '--fail-fast');
    expect(exitCode).to.equal(1);
    const states = (await recorded('fast', 'fast')).runs.map(({ state }) => state);
    expect(states).to.deep.equal(['failed', 'waiting', 'waiting', 'waiting']);
  });

  it('stops runs that fall behind, and records them as stopped', async () => {
    const asha = 'asha: { eta: 2, metric: val_loss }';
    const sweep = `{ parameters: { ${RATE}: { values: [0.01, 1e-6] } }, ${asha} }`;
    const { exitCode } = await run('halving', 'halving', sweep, '--retries', '0');
    expect(exitCode).to.equal(0);
    const [first, second] = (await recorded('halving', 'halving')).runs;
    expect([first?.state, second?.state]).to.deep.equal(['finished', 'stopped']);
    expect(second?.stopped).to.match(/^stopped by asha at epoch 1: val_loss .* of 2 runs/);
    expect((await summaryOf('halving', 'halving')).map(({ state }) => state)).to.deep.equal([
      'finished',
      'stopped',
    ]);
    const { stdout } = await cifarRun(['list', '--runs', 'halving', '--json'], folder);
    const listed = JSON.parse(stdout) as { state: string; epochs: number }[];
    expect(listed.map(({ state, epochs }) => `${state} ${epochs}`)).to.have.members([
      'finished 3',
      'stopped 1',
    ]);
    // A sweep with the same asha reuses the stopped run; a sweep without asha would run it again.
    expect((await run('halving', 'halving', sweep)).stdout).not.to.contain('running');
    // It also does if sweep.json is missing.
    await rm(join(folder, 'halving/halving/sweep.json'));
    expect((await run('halving', 'halving', sweep)).stdout).not.to.contain('running');
    expect((await recorded('halving', 'halving')).runs[1]).to.deep.equal(second);
  });

  it('runs settings of the same meaning once', async () => {
    const saved = 'checkpoint.everyEpochs: { values: [1, 2] }';
    const { stdout } = await run('same', 'same', `{ parameters: { ${saved} } }`);
    expect(stdout.match(/ running$/gm)).to.have.length(1);
    const { runs } = await recorded('same', 'same');
    expect(runs.map(({ state }) => state)).to.deep.equal(['finished', 'finished']);
    expect(runs[0]?.folder).to.equal(runs[1]?.folder);
  });

  it('lists the runs in a dry run, and runs nothing', async () => {
    const sweep = `{ parameters: { ${RATE}: { values: [0.01, 1e-6] } }, seeds: 2 }`;
    const { exitCode, stdout } = await run('dry', 'dry', sweep, '--dry-run');
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(
      /^0 of 4 runs are done; no finished run of dry tells how long a run takes$/m,
    );
    expect(stdout).to.match(/^4 runs$/m);
    expect(stdout).to.match(/^ +4 +[0-9a-f]{10} +0\.000001 +6 /m);
    expect(await readdir(folder)).not.to.include('dry');
  });

  it('rejects invalid options with exit code 2 before it starts', async () => {
    const sweep = `{ parameters: { ${RATE}: { values: [0.01] } } }`;
    for (const [options, expected] of [
      [['--jobs', 'many'], /--jobs takes a whole number of at least 1, or auto\. Received: many/],
      [['--limit', '0'], /--limit takes a whole number of at least 1\. Received: 0/],
      [['--resume', '--no-needed'], /--resume keeps finished runs and --no-needed repeats them/],
    ] as const) {
      const { exitCode, stderr } = await run('refused', 'refused', sweep, ...options);
      expect(stderr).to.match(expected);
      expect(exitCode).to.equal(2);
    }
  });
});
