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
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { findRun } from '../../src/runs/find.ts';
import { useEngine } from '../engine.ts';
import { cifarRun, cli, loadedModules, startProgram } from '../program.ts';

const EXPERIMENT = `
name: small
data: { dataset: digits, classes: ['3', '8'], limit: { train: 64, validation: 32 }, validation: 0.2, preprocess: scale }
model:
  backbone: { inputShape: [28, 28, 1], layers: [{ conv2d: { filters: 2, kernelSize: 3, strides: 4, name: conv } }] }
  head: [flatten, { dense: { units: 2, activation: softmax } }]
phases: [{ name: all, epochs: 2, optimizer: adam }]
`;

/** Answers at a terminal. */
const atTerminal = (command: string, cwd: string, input: string) =>
  execa('script', ['-qec', `${[process.execPath, ...cli].join(' ')} ${command}`, '/dev/null'], {
    cwd,
    input,
  });

describe('the commands for runs', () => {
  useEngine();
  const folder = mkdtempSync(join(tmpdir(), 'cifar-run-runs-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const say = (args: string) => cifarRun(args.split(' '), folder);
  const listed = async (args = '') => JSON.parse((await say(`list --json${args}`)).stdout);
  const run = async (args = '') => {
    const { exitCode, stdout, stderr } = await say(`small.yaml${args}`);
    expect(exitCode, stderr).to.equal(0);
    return stdout.trim().split('\n').at(-1) ?? '';
  };

  before(async () => {
    writeFileSync(join(folder, 'small.yaml'), EXPERIMENT);
    await run();
    await run(' --set name=other --set phases.all.epochs=1');
  });

  it('list shows each run once, the latest first', async () => {
    const { stdout } = await say('list');
    const [head, ...rows] = stdout.trim().split('\n');
    expect(head?.split(/ {2,}/)).to.deep.equal(
      'experiment,id,started,status,epochs,val_accuracy'.split(','),
    );
    expect(rows[0]).to.match(/^other +[0-9a-f]{10} .*Z +finished +1 +\d{1,3}\.\d\d %$/);
    expect(rows[1]).to.match(/^small +[0-9a-f]{10} .*Z +finished +2 +\d{1,3}\.\d\d %$/);
    expect(rows).to.have.length(2);
  });

  it('list filters and ranks', async () => {
    expect(await listed(' small')).to.have.length(1);
    expect(await listed(' --status failed')).to.deep.equal([]);
    const ranked = await listed(' --best val_loss');
    expect(ranked).to.have.length(2);
    expect(ranked[0].metrics.val_loss).to.be.below(ranked[1].metrics.val_loss);
    const { exitCode, stderr } = await say('list --status gone');
    expect(exitCode).to.equal(2);
    expect(stderr).to.match(/failed, interrupted, damaged\. Received: gone/);
  });

  it('show tells what a run was and gave', async () => {
    const { stdout } = await say('show small/latest');
    expect(stdout).to.match(/^status {3}finished$/m);
    expect(stdout).to.match(/^all +2 of 2 +\d\.\d{4} +\d{1,3}\.\d\d % +\d+ s$/m);
    expect(stdout).to.match(/^model\/weights\.bin +\d+ B$/m);
    const shown = JSON.parse((await say('show small/latest --json')).stdout);
    expect(shown.experiment.data.dataset).to.equal('digits');
    expect(shown.epochs).to.have.length(2);
  });

  it('export and backbones take a run by its name', async () => {
    const { exitCode } = await say('export best:val_loss weights.safetensors --layers conv');
    expect(exitCode).to.equal(0);
    expect(existsSync(join(folder, 'weights.safetensors'))).to.equal(true);
    writeFileSync(
      join(folder, 'next.yaml'),
      EXPERIMENT.replace(/backbone: .*/, 'backbone: { run: small/latest, cut: conv }'),
    );
    const checked = await say('check next.yaml');
    expect(checked.stderr).to.equal('');
    expect(checked.stdout).to.match(/^conv /m);
    const model = join(await findRun('small/latest', join(folder, 'runs')), 'model');
    const next = await say('next.yaml --set name=next');
    expect(next.exitCode, next.stderr).to.equal(0);
    const environment = JSON.parse(
      readFileSync(
        join(folder, next.stdout.trim().split('\n').at(-1) ?? '', 'environment.json'),
        'utf8',
      ),
    );
    expect(Object.values(environment.weightHashes)).to.deep.equal(
      ['model.json', 'weights.bin'].map((file) => {
        const bytes = readFileSync(join(model, file));
        return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      }),
    );
  });

  it('backbones take a run from the folder that --runs names', async () => {
    cpSync(join(folder, 'runs/small'), join(folder, 'elsewhere/moved'), { recursive: true });
    writeFileSync(
      join(folder, 'elsewhere.yaml'),
      EXPERIMENT.replace(/backbone: .*/, 'backbone: { run: moved/latest, cut: conv }'),
    );
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

  it('answer in no time, for they load nothing heavy', async () => {
    for (const args of [['list'], ['show', 'latest']]) {
      const loaded = await loadedModules(args, folder);
      expect(loaded).to.match(/dist\/chunks\/(list|show)-/);
      expect(loaded).not.to.match(/node_modules\/(?!csv-)/);
    }
  });

  it('tell of a run whose record is damaged, and go on', async () => {
    const path = join(folder, await run(' --set name=torn --set phases.all.epochs=1'));
    writeFileSync(join(path, 'summary.json'), '{"validation": {"loss": 0.1');
    const { stdout, exitCode } = await say('list');
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^torn .* damaged/m);
    expect(stdout).to.match(/^small .* finished/m);
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

  it('rm asks, and deletes what the person agrees to', async () => {
    const path = await run(' --set name=short --set phases.all.epochs=1');
    await atTerminal('rm short/latest', folder, 'n\n');
    expect(existsSync(join(folder, path))).to.equal(true);
    const { stdout } = await atTerminal('rm short/latest', folder, 'y\n');
    expect(stdout).to.contain(`deleted ${path}`);
    expect(existsSync(join(folder, path))).to.equal(false);
  });

  it('rm deletes nothing without a terminal or --yes, nor what is no run', async () => {
    const before = readdirSync(join(folder, 'runs/small'));
    const asked = await say('rm latest');
    expect(asked.exitCode).to.equal(2);
    expect(asked.stderr).to.match(/--yes/);
    mkdirSync(join(folder, 'mine/model'), { recursive: true });
    writeFileSync(join(folder, 'mine/model/model.json'), '{}');
    const mine = await say('rm mine small/latest --yes');
    expect(mine.exitCode).to.equal(2);
    expect(mine.stderr).to.match(/mine does not have the name of a run's folder/);
    expect(readdirSync(join(folder, 'runs/small'))).to.deep.equal(before);
  });

  it('a run that goes on is running and cannot be deleted; killed, it is interrupted and can', async () => {
    const args = ['small.yaml', '--set', 'name=long', '--set', 'phases.all.epochs=100000'];
    const { program, until } = startProgram(args, { cwd: folder });
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
