import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Trial } from '../../src/run-folder/sweep-record.ts';
import { cifarRun, type Outcome } from '../program.ts';
import { needsPrograms } from '../requirements.ts';
import { SlurmNode } from './slurm-node.ts';

/** More epochs than the time limit allows. */
const ENDLESS = 1_000_000;
const RATE = 'phases.train.optimizer.learningRate';
const EPOCHS = 'phases.train.epochs';

/** Twelve runs: the first exceeds its time limit, the first two are preempted, and the third fails. */
const ARRAY = `
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
    - dropout: 0.2
    - dense: { units: 3, activation: softmax, name: predictions }
phases:
  - { name: train, epochs: 3, optimizer: { name: adam, learningRate: 1e-3 } }
checkpoint: { everyEpochs: 100000 }
sweep:
  method: zip
  parameters:
    ${EPOCHS}: { values: [${ENDLESS}, 2000, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3] }
    ${RATE}: { values: [1e-4, 1e-4, 1e36, 1e-2, 1e-3, 1e-4, 1e-2, 1e-3, 1e-4, 1e-2, 1e-3, 1e-4] }
    seed: { values: [1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3] }
launcher:
  time: 1
  cpus_per_task: 1
  signal_delay_s: 5
  max_num_timeout: 5
  setup: [export PREPARED=yes]
  additional_parameters: { comment: "a sweep's array" }
`;

describe('a sweep on Slurm', function (this: Mocha.Suite) {
  this.timeout(600_000);
  let folder: string;
  let slurm: SlurmNode;

  needsPrograms(['sbatch', 'slurmctld', 'slurmd', 'munged'], "Debian's slurm-wlm and munge");

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    slurm = new SlurmNode(join(folder, 'node'));
    await slurm.start();
    await writeFile(join(folder, 'array.yaml'), ARRAY);
  });

  after(async () => {
    await slurm?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  const run = (...args: string[]) => cifarRun(args, folder, slurm.env);

  async function recorded(sweep = 'runs/array') {
    const text = await readFile(join(folder, sweep, 'sweep.json'), 'utf8');
    return (JSON.parse(text) as { runs: Trial[] }).runs;
  }

  async function recordedRun(run: number): Promise<Trial> {
    return (await recorded())[run - 1] as Trial;
  }

  /** Reads a file of a run; returns an empty text if the run has not started. */
  async function textOf(run: number, file: string): Promise<string> {
    const { id } = await recordedRun(run);
    const folders = (await readdir(join(folder, 'runs/array'))).filter((name) => name.endsWith(id));
    expect(folders.length, 'each run has one folder at most').to.be.at.most(1);
    return readFile(join(folder, 'runs/array', folders[0] ?? '', file), 'utf8').catch(() => '');
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await sleep(100);
  }

  const epochsOf = async (run: number) => (await textOf(run, 'metrics.csv')).split('\n').length - 2;

  const timesResumed = async (run: number) =>
    (await textOf(run, 'log.txt')).split('resumes from phase train').length - 1;

  describe('of twelve runs', () => {
    let submitted: Outcome;
    let waited: Outcome;
    /** The task of the first run. */
    let endless: string;
    before(async () => {
      submitted = await run('array.yaml', '--launcher', 'slurm');
      await until(async () => (await epochsOf(1)) > 20 && (await epochsOf(2)) > 20);
      await slurm.run(
        'sbatch',
        '--partition=urgent',
        '--output=/dev/null',
        '--cpus-per-task=2',
        '--wrap=sleep 1',
      );
      const waiting = run('array.yaml', '--launcher', 'slurm', '--wait');
      const left = `sweep.exclude=[{${EPOCHS}: ${ENDLESS}}, {${RATE}: 1e36}]`;
      const local = run('array.yaml', '--runs', 'local', '--threads', '1', '--set', left);
      // Once after the preemption, and once after the time limit.
      await until(async () => (await timesResumed(1)) >= 2);
      endless = (await recordedRun(1)).task?.id ?? '';
      await slurm.run('scancel', endless);
      waited = await waiting;
      await local;
    });

    it('is submitted as one job array, with a script that is kept, without waiting', async () => {
      expect(submitted.exitCode).to.equal(0);
      expect(submitted.stdout).to.match(
        /^Submitting 12 runs to Slurm\n {2}job (\d+): squeue -j \1/,
      );
      expect(submitted.stdout).to.match(/runs\/array$/);
      const at = join(folder, 'runs/array/slurm');
      const scripts = (await readdir(at)).filter((name) => name.endsWith('.sh'));
      expect(scripts).to.have.length(1);
      const script = await readFile(join(at, scripts[0] ?? ''), 'utf8');
      expect(script).to.match(/^#SBATCH --array=1-12$/m);
      expect(script).to.match(/^export PREPARED=yes\nexec .* task .*\.json$/m);
    });

    it('shows the runs with --wait, submits none again, and exits with 1 if not all finished', async () => {
      expect(waited.stdout).to.match(/^Sweep array: 12 runs, \d+ left, \d+ submitted before$/m);
      expect(waited.stdout).not.to.contain('Submitting');
      expect(waited.stdout).to.match(/run 2 of 12 .* finished {2}val_loss \d/);
      expect(waited.stderr).to.match(
        /^2 of 12 runs failed or were interrupted:\nrun 1 .* interrupted\nrun 3 .*the loss became NaN/,
      );
      expect(waited.exitCode).to.equal(1);
      const states = (await recorded()).map(({ state }) => state);
      expect(states).to.deep.equal([
        'interrupted',
        'finished',
        'failed',
        ...Array(9).fill('finished'),
      ]);
    });

    it('resumes a preempted run', async () => {
      const log = await textOf(2, 'log.txt');
      expect(log).to.match(/resumes from phase train, epoch \d{2,}/);
      const { task } = await recordedRun(2);
      const taskLog = await readFile(join(folder, `runs/array/slurm/${task?.id}.log`), 'utf8');
      expect(taskLog).to.contain('PREEMPTION');
      expect(taskLog).to.match(/restarted (once|\d times): run 2/);
    });

    it('requeues a run that reached its time limit', async () => {
      const taskLog = await readFile(join(folder, `runs/array/slurm/${endless}.log`), 'utf8');
      expect(taskLog).to.contain('interrupted by SIGUSR2');
      expect(taskLog).to.contain('REQUEUE');
    });

    it('gives the same results as on this machine, byte for byte', async () => {
      const here = new Map((await recorded('local/array')).map((each) => [each.id, each]));
      expect(here.size).to.equal(10);
      for (const { id, state, folder: own, metrics } of await recorded()) {
        if (state !== 'finished') continue;
        const other = here.get(id);
        expect(metrics).to.deep.equal(other?.metrics);
        for (const file of ['predictions.csv', 'model/weights.bin', 'confusion_matrix.csv']) {
          const [one, two] = await Promise.all([
            readFile(join(folder, 'runs/array', own ?? '', file)),
            readFile(join(folder, 'local/array', other?.folder ?? '', file)),
          ]);
          expect(one.equals(two), `${file} of ${id}`).to.equal(true);
        }
      }
    });

    it('submits only unfinished runs with --resume, and requeues a run at most max_num_timeout times', async () => {
      const timesBefore = await timesResumed(1);
      const options = ['--resume', '--wait', '--max-num-timeout', '0'];
      const { stdout, stderr } = await run('array.yaml', '--launcher', 'slurm', ...options);
      expect(stdout).to.contain('Submitting 2 runs to Slurm');
      expect(stderr).to.match(/^2 of 12 runs failed:\nrun 1 .* it timed out once, and max_num/);
      const [first, second, third] = await recorded();
      expect(first?.error).to.match(
        /timed out once, and max_num_timeout is 0; --resume continues it$/,
      );
      expect(await timesResumed(1)).to.equal(timesBefore + 1);
      expect(second?.state).to.equal('finished');
      expect(third?.error).to.contain('the loss became NaN');
    });
  });

  it('submits a single run as a sweep of one, and reports a task that ended without a result', async () => {
    const file = ARRAY.replace(/^sweep:[\s\S]*(?=^launcher:)/m, '');
    await writeFile(join(folder, 'one.yaml'), file);
    const options = ['--set', `${EPOCHS}=${ENDLESS}`, '--runs', 'one', '--wait'];
    const waiting = run('one.yaml', '--launcher', 'slurm', ...options);
    await until(async () => (await recorded('one/one').catch(() => []))[0]?.state === 'running');
    const [started] = await recorded('one/one');
    await slurm.run('scancel', '--batch', '--signal=KILL', started?.task?.id ?? '');
    const { exitCode, stderr } = await waiting;
    expect(stderr).to.match(
      /^1 of 1 runs failed:\nrun 1 +its task ended without a result, with the state FAILED; see .*_1\.log$/,
    );
    expect(exitCode).to.equal(1);
  });

  it('reports the errors of Slurm, and its absence', async () => {
    const args = ['array.yaml', '--launcher', 'slurm', '--runs', 'none'];
    const refused = await run(...args, '--partition', 'none');
    expect(refused.stderr).to.equal(
      'sbatch failed: invalid partition specified: none; Batch job submission failed: Invalid partition name specified',
    );
    expect(refused.exitCode).to.equal(1);
    const { stderr, exitCode } = await cifarRun(args, folder, { PATH: '' });
    expect(stderr).to.match(/^the launcher slurm needs squeue, which this machine does not have/);
    expect(exitCode).to.equal(2);
    const jobs = await run(...args, '--jobs', '2');
    expect(jobs.stderr).to.match(/^--jobs is for the launcher local; .* Received: 2$/);
    expect(jobs.exitCode).to.equal(2);
  });
});
