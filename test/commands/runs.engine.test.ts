import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { findRun } from '../../src/runs/find.ts';
import { cifarRun, cli, loadedModules, startProgram } from '../program.ts';
import { quickstart, SMALL, useTrainedRuns } from '../trained-runs.ts';

/** An experiment whose backbone is the first block of a trained run. */
const next = (run: string) => `
name: next
data: { dataset: digits, classes: ['3', '8'], limit: { train: 64, validation: 32 }, validation: 0.2, preprocess: scale }
model:
  backbone: { run: ${run}, cut: block1_pool }
  head: [globalAveragePooling2d, { dense: { units: 2, activation: softmax } }]
phases: [{ name: all, epochs: 1, optimizer: adam }]
`;

/** Runs a command in a terminal, and types the input. */
const atTerminal = (command: string, cwd: string, input: string) =>
  execa('script', ['-qec', `${[process.execPath, ...cli].join(' ')} ${command}`, '/dev/null'], {
    cwd,
    input,
  });

describe('the commands for runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-run-runs-'));
  const runs = join(folder, 'runs');
  const trained = useTrainedRuns(runs);
  after(() => rmSync(folder, { recursive: true, force: true }));

  const say = (args: string) => cifarRun(args.split(' '), folder);
  const listed = async (args = '') => JSON.parse((await say(`list --json${args}`)).stdout);

  /** Copies a trained run to another experiment. @returns the path of the copy. */
  function copyRun(experiment: string): string {
    const path = join('runs', experiment, basename(trained().first));
    cpSync(join(runs, trained().first), join(folder, path), { recursive: true });
    return path;
  }

  it('list shows each run once, the latest first', async () => {
    const { stdout } = await say('list');
    const [head, ...rows] = stdout.trim().split('\n');
    expect(head?.split(/ {2,}/)).to.deep.equal(
      'experiment,id,started,status,epochs,val_accuracy'.split(','),
    );
    expect(rows).to.have.length(6);
    for (const [i, row] of rows.entries()) {
      const experiment = i < 4 ? 'rates' : 'quickstart';
      expect(row).to.match(/^\S+ +[0-9a-f]{10} .*Z +finished +2 +\d{1,3}\.\d\d %$/);
      expect(row.startsWith(`${experiment} `), row).to.equal(true);
    }
  });

  it('list filters and ranks', async () => {
    expect(await listed(' quickstart')).to.have.length(2);
    expect(await listed(' --status failed')).to.deep.equal([]);
    const ranked = await listed(' --best val_loss');
    expect(ranked).to.have.length(6);
    const losses = ranked.map((row: { metrics: { val_loss: number } }) => row.metrics.val_loss);
    expect(losses).to.deep.equal(losses.toSorted((a: number, b: number) => a - b));
    const { exitCode, stderr } = await say('list --status gone');
    expect(exitCode).to.equal(2);
    expect(stderr).to.match(/failed, interrupted, damaged\. Received: gone/);
  });

  it('show prints the experiment and the results of a run', async () => {
    const { stdout } = await say('show quickstart/latest');
    expect(stdout).to.match(/^status {3}finished$/m);
    expect(stdout).to.match(/^head +1 of 1 +\d\.\d{4} +\d{1,3}\.\d\d % +\d\.\d{4} +\d+ s$/m);
    expect(stdout).to.match(/^model\/weights\.bin +\d+ B$/m);
    const shown = JSON.parse((await say('show quickstart/latest --json')).stdout);
    expect(shown.experiment.data.dataset).to.equal('digits');
    expect(shown.epochs).to.have.length(2);
  });

  it('export and backbones find a run by its name', async () => {
    const { exitCode } = await say('export best:val_loss weights.safetensors --layers block1_conv');
    expect(exitCode).to.equal(0);
    expect(existsSync(join(folder, 'weights.safetensors'))).to.equal(true);
    writeFileSync(join(folder, 'next.yaml'), next('quickstart/latest'));
    const checked = await say('check next.yaml');
    expect(checked.stderr).to.equal('');
    expect(checked.stdout).to.match(/^block1_conv /m);
    const model = join(await findRun('quickstart/latest', runs), 'model');
    const trainedNext = await say('next.yaml');
    expect(trainedNext.exitCode, trainedNext.stderr).to.equal(0);
    const path = trainedNext.stdout.trim().split('\n').at(-1) ?? '';
    const environment = JSON.parse(readFileSync(join(folder, path, 'environment.json'), 'utf8'));
    expect(Object.values(environment.weightHashes)).to.deep.equal(
      ['model.json', 'weights.bin'].map((file) => {
        const bytes = readFileSync(join(model, file));
        return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      }),
    );
  });

  it('backbones find a run in the folder that --runs names', async () => {
    cpSync(join(runs, 'quickstart'), join(folder, 'elsewhere/moved'), { recursive: true });
    writeFileSync(join(folder, 'elsewhere.yaml'), next('moved/latest'));
    for (const args of ['check elsewhere.yaml', 'elsewhere.yaml --dry-run', 'elsewhere.yaml']) {
      const found = await say(`${args} --runs elsewhere`);
      expect(found.exitCode, found.stderr).to.equal(0);
      const missing = await say(args);
      expect(missing.exitCode).to.equal(2);
      expect(missing.stderr.trim()).to.match(
        /there is no run of moved in runs\. Received: moved\/latest$/,
      );
    }
  });

  it('list and show load nothing heavy', async () => {
    for (const args of [['list'], ['show', 'latest']]) {
      const loaded = await loadedModules(args, folder);
      expect(loaded).to.match(/dist\/chunks\/(list|show)-/);
      expect(loaded).not.to.match(/node_modules\/(?!csv-)/);
    }
  });

  it('list names a damaged run, and lists the others', async () => {
    const path = join(folder, copyRun('torn'));
    writeFileSync(join(path, 'summary.json'), '{"validation": {"loss": 0.1');
    const { stdout, exitCode } = await say('list');
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^torn .* damaged/m);
    expect(stdout).to.match(/^quickstart .* finished/m);
    const damage = /torn.*summary\.json is damaged: its 27 characters .* delete the run/;
    expect(stdout).to.match(damage);
    const shown = await say('show torn/latest');
    expect(shown.exitCode).to.equal(2);
    expect(shown.stderr).to.match(damage);
    writeFileSync(join(path, 'status.json'), '');
    expect((await say('show torn/latest')).stderr).to.match(/status\.json is damaged: it is empty/);
    expect((await say('rm torn/latest --yes')).exitCode).to.equal(0);
    expect(existsSync(path)).to.equal(false);
  });

  it('verify repeats a run and compares it byte for byte', async () => {
    const { exitCode, stdout, stderr } = await say(`verify ${copyRun('again')}`);
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.match(
      /: epochs 1 to 2, checkpoint best, checkpoint last, the model are identical, byte for byte$/m,
    );
  });

  it('rm asks, and deletes a run only after a yes', async () => {
    const path = copyRun('short');
    await atTerminal('rm short/latest', folder, 'n\n');
    expect(existsSync(join(folder, path))).to.equal(true);
    const { stdout } = await atTerminal('rm short/latest', folder, 'y\n');
    expect(stdout).to.contain(`deleted ${path}`);
    expect(existsSync(join(folder, path))).to.equal(false);
  });

  it('rm deletes nothing without a terminal or --yes, and nothing that is not a run', async () => {
    const before = readdirSync(join(runs, 'quickstart'));
    const asked = await say('rm latest');
    expect(asked.exitCode).to.equal(2);
    expect(asked.stderr).to.match(/--yes/);
    mkdirSync(join(folder, 'mine/model'), { recursive: true });
    writeFileSync(join(folder, 'mine/model/model.json'), '{}');
    const mine = await say('rm mine quickstart/latest --yes');
    expect(mine.exitCode).to.equal(2);
    expect(mine.stderr).to.match(/mine does not have the name of a run's folder/);
    expect(readdirSync(join(runs, 'quickstart'))).to.deep.equal(before);
  });

  it('a running run cannot be deleted, and is interrupted after a kill and can be deleted', async () => {
    const long = ['--set', 'name=long', '--set', 'phases.head.epochs=100000'];
    const { program, until } = startProgram([quickstart, ...SMALL, ...long], { cwd: folder });
    await until(/epoch 1/);
    expect(await listed(' long')).to.have.nested.property('[0].state', 'running');
    const refused = await say('rm long/latest --yes');
    expect(refused.exitCode).to.equal(2);
    expect(refused.stderr).to.match(/is running, in process \d+ on /);
    program.kill('SIGKILL');
    await program;
    expect((await listed(' --status interrupted')).map(nameOf)).to.deep.equal(['long']);
    expect((await say('rm long/latest --yes')).exitCode).to.equal(0);
    expect(await listed(' long')).to.deep.equal([]);
  });
});

const nameOf = ({ experiment }: { experiment: string }) => experiment;
