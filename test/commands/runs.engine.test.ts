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
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { execa } from 'execa';
import { findRun } from '../../src/runs/find.ts';
import { cifarRun, cli, loadedModules, startProgram } from '../program.ts';
import { digits, SMALL, useTrainedRuns } from '../trained-runs.ts';

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
      const experiment = i < 4 ? 'rates' : 'digits';
      expect(row).to.match(/^\S+ +[0-9a-f]{10} .*Z +finished +2 +\d{1,3}\.\d\d %$/);
      expect(row.startsWith(`${experiment} `), row).to.equal(true);
    }
  });

  it('list filters and ranks', async () => {
    expect(await listed(' digits')).to.have.length(2);
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
    const { stdout } = await say('show digits/latest');
    expect(stdout).to.match(/^status {3}finished$/m);
    expect(stdout).to.match(/^head +1 of 1 +\d\.\d{4} +\d{1,3}\.\d\d % +\d\.\d{4} +\d+ s$/m);
    expect(stdout).to.match(/^model\/weights\.bin +\d+ B$/m);
    const shown = JSON.parse((await say('show digits/latest --json')).stdout);
    expect(shown.experiment.data.dataset).to.equal('digits');
    expect(shown.epochs).to.have.length(2);
  });

  it('export and backbones find a run by its name', async () => {
    const { exitCode } = await say('export best:val_loss weights.safetensors --layers block1_conv');
    expect(exitCode).to.equal(0);
    expect(existsSync(join(folder, 'weights.safetensors'))).to.equal(true);
    writeFileSync(join(folder, 'next.yaml'), next('digits/latest'));
    const checked = await say('check next.yaml');
    expect(checked.stderr).to.equal('');
    expect(checked.stdout).to.match(/^block1_conv /m);
    const model = join(await findRun('digits/latest', runs), 'model');
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

  it('export replaces nothing without --force, and writes no format that it does not know', async () => {
    for (const target of ['exported', 'exported.safetensors']) {
      expect((await say(`export latest ${target}`)).exitCode).to.equal(0);
      const again = await say(`export latest ${target}`);
      expect(again.stderr).to.equal(`${target} exists already; --force replaces it`);
      expect(again.exitCode).to.equal(2);
      expect((await say(`export latest ${target} --force`)).exitCode).to.equal(0);
    }
    const unknown = await say('export latest model.h5');
    expect(unknown.exitCode).to.equal(2);
    expect(unknown.stderr).to.match(/^the target must be a \.safetensors file .*model\.h5$/);
    const file = await say('export latest exported.safetensors/ --force');
    expect(file.stderr).to.match(/^exported\.safetensors\/ is a file; choose another target$/);
    mkdirSync(join(folder, 'empty-1.2'));
    expect((await say('export latest empty-1.2')).exitCode).to.equal(0);
    expect(existsSync(join(folder, 'empty-1.2/model.json'))).to.equal(true);
  });

  it('compare says that no run matches a filter', async () => {
    const args = ['compare', 'rates', '--filter', 'val_accuracy > 2'];
    const { exitCode, stdout } = await cifarRun(args, folder);
    expect(stdout).to.equal('0 of 4 runs match val_accuracy > 2');
    expect(exitCode).to.equal(0);
    const { stdout: rows } = await cifarRun([...args, '--json'], folder);
    expect(JSON.parse(rows).rows).to.deep.equal([]);
  });

  it('a run ends on a terminal with its metrics, its folder and commands that use it', async () => {
    const { stdout } = await atTerminal(
      `${digits} --runs runs --set name=ended ${SMALL.map((word) => `'${word}'`).join(' ')}`,
      folder,
      '',
    );
    const name = /ended\/[\dTZ-]+-[\da-f]{10}/.exec(stdout)?.[0];
    const lines = stripVTControlCharacters(stdout).trim().split(/\r?\n/).slice(-5);
    expect(lines[0]).to.match(/val_loss \d\.\d{4}, val_accuracy \d+\.\d\d %$/);
    expect(lines.slice(1)).to.deep.equal([
      `runs/${name}`,
      'next:',
      `  cifar-run report ${name}`,
      `  cifar-run export ${name} my-model`,
    ]);
    for (const command of [`report ${name}`, `export ${name} my-model`]) {
      expect((await say(command)).exitCode).to.equal(0);
    }
  });

  it('an interrupted run says what is saved, and the command that continues it', async () => {
    const long = ['--set', 'name=paused', '--set', 'phases.head.epochs=3000'];
    const { program, until } = startProgram([digits, ...SMALL, ...long], { cwd: folder });
    await until(/epoch 2/);
    program.kill('SIGINT');
    const { exitCode, stderr } = await program;
    expect(exitCode).to.equal(130);
    const [name] = readdirSync(join(runs, 'paused'));
    const [, saved, resume] = stderr.split('\n');
    expect(saved).to.match(
      /^interrupted by SIGINT: saved phase head after \d+ epochs( and \d+ batches)?$/,
    );
    expect(resume).to.equal(`to continue: cifar-run resume paused/${name}`);
    expect((await say('rm paused --yes')).exitCode).to.equal(0);
  });

  it('backbones find a run in the folder that --runs names', async () => {
    cpSync(join(runs, 'digits'), join(folder, 'elsewhere/moved'), { recursive: true });
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
    expect(stdout).to.match(/^digits .* finished/m);
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
    const before = readdirSync(join(runs, 'digits'));
    const asked = await say('rm latest');
    expect(asked.exitCode).to.equal(2);
    expect(asked.stderr).to.match(/--yes/);
    mkdirSync(join(folder, 'mine/model'), { recursive: true });
    writeFileSync(join(folder, 'mine/model/model.json'), '{}');
    const mine = await say('rm mine digits/latest --yes');
    expect(mine.exitCode).to.equal(2);
    expect(mine.stderr).to.match(/mine does not have the name of a run's folder/);
    expect(readdirSync(join(runs, 'digits'))).to.deep.equal(before);
  });

  it('show and rm take a sweep, and a sweep does not count runs that were deleted', async () => {
    cpSync(join(runs, 'rates'), join(runs, 'rates-copy'), { recursive: true });
    expect((await say('show rates-copy')).stdout).to.match(
      /^4 runs: 4 finished\n\nrun .*\n(rates-copy.* finished .*\n){4}/,
    );
    const [first] = await listed(' rates-copy');
    expect((await say(`rm rates-copy/${first.id} --yes`)).exitCode).to.equal(0);
    const compared = await say('compare rates-copy');
    const [head, ...rows] = compared.stdout.split('\n\n')[0]?.split('\n') ?? [];
    expect(head?.trim().split(/ {2,}/)).to.have.length.at.most(7);
    expect(rows.filter((row) => row.includes(' finished '))).to.have.length(3);
    expect(rows.filter((row) => row.includes(' waiting'))).to.have.length(1);
    const files = (name: string) => readFileSync(join(runs, 'rates-copy', name), 'utf8');
    expect(files('summary.csv').trim().split('\n')).to.have.length(1 + 3);
    expect(files('summary.csv')).not.to.contain(first.id);
    expect(files('cells.csv').match(/,1,/g)).to.have.length.at.least(3);
    writeFileSync(join(runs, 'rates-copy/notes.txt'), 'mine');
    expect((await say('rm rates-copy --yes')).stdout).to.equal('deleted runs/rates-copy');
    expect(readdirSync(join(runs, 'rates-copy'))).to.deep.equal(['notes.txt']);
    expect((await say('rm rates-copy --yes')).stderr).to.match(
      /there is no run in runs\/rates-copy/,
    );
  });

  it('one process runs a sweep, and a second one is refused until it ends', async () => {
    writeFileSync(
      join(folder, 'busy.yaml'),
      `extends: ${digits}\nname: busy\ndata: { limit: { train: 100, validation: 60 } }\nphases: [{ name: head, epochs: 3000 }]\nsweep: { parameters: { seed: { values: [1, 2] } } }\n`,
    );
    const { program, until } = startProgram(['busy.yaml'], { cwd: folder });
    await until(/run 1 of 2/);
    const second = await say('busy.yaml');
    expect(second.exitCode).to.equal(1);
    expect(second.stderr).to.match(
      /^the sweep busy is running, in process \d+ on .*; wait for it, or .*--set name=busy-2$/,
    );
    const deleted = await say('rm busy --yes');
    expect(deleted.exitCode).to.equal(2);
    expect(deleted.stderr).to.match(
      /^the sweep busy is running, in process \d+ on .*; stop it first$/,
    );
    program.kill('SIGINT');
    const { exitCode, stderr } = await program;
    expect(exitCode).to.equal(130);
    expect(stderr.trim().split('\n').slice(-2)).to.deep.equal([
      'interrupted by SIGINT: 0 of 2 runs done, the interrupted ones saved',
      'to continue: the same command with --resume',
    ]);
    expect((await say('rm busy --yes')).exitCode).to.equal(0);
    expect(existsSync(join(runs, 'busy'))).to.equal(false);
  });

  it('a running run cannot be deleted, and is interrupted after a kill and can be deleted', async () => {
    const long = ['--set', 'name=long', '--set', 'phases.head.epochs=100000'];
    const { program, until } = startProgram([digits, ...SMALL, ...long], { cwd: folder });
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
