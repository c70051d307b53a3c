import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { cifarRun, loadedModules, startProgram } from './program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('the command line', () => {
  it('lists its commands', async () => {
    const { exitCode, stdout } = await cifarRun(['--help']);
    expect(exitCode).to.equal(0);
    for (const command of ['run', 'check', 'engine', 'data', 'export', 'schema']) {
      expect(stdout).to.match(new RegExp(`^ {2}${command}\\b`, 'm'));
    }
  });

  it('exits quietly when its output is no longer read', async () => {
    const { stderr } = await execa(
      'sh',
      ['-c', `"$0" dist/cli.js schema | head -n 1`, process.execPath],
      {
        cwd: root,
      },
    );
    expect(stderr).to.equal('');
  });

  it('prints its help without arguments', async () => {
    const { exitCode, stdout, stderr } = await cifarRun([]);
    expect([exitCode, stdout]).to.deep.equal([2, '']);
    expect(stderr).to.match(/^Usage: cifar-run /);
  });

  it('names the command that is meant by a misspelled one', async () => {
    for (const [args, expected] of [
      [['chekc', 'configs/digits.yaml'], 'named chekc. Did you mean check?'],
      [['exprot', 'latest', 'model', '--layers', 'x'], 'named exprot. Did you mean export?'],
      [['tsak'], 'named tsak. cifar-run --help lists the commands'],
    ] as const) {
      const { exitCode, stderr } = await cifarRun(args);
      expect(stderr).to.equal(`there is no command and no experiment file ${expected}`);
      expect(exitCode).to.equal(2);
    }
    const { stderr } = await cifarRun(['data', 'fetsh', 'x.yaml']);
    expect(stderr).to.contain('Did you mean fetch?');
  });

  it('rejects an unknown option with exit code 2', async () => {
    const { exitCode, stderr } = await cifarRun(['check', '--nonsense', 'x.yaml']);
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain("unknown option '--nonsense'");
  });

  describe('rejects an invalid file with one line and exit code 2', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cifar-run-'));
    const digits = ['extends: ', join(root, 'configs/digits.yaml'), '\n'].join('');
    for (const [what, file, text, expected] of [
      ['a missing file', 'nonsense.yaml', null, /nonsense\.yaml.*no such file/],
      ['an unknown key', 'key.yaml', `${digits}sead: 1\n`, /key\.yaml:2:1 .*sead.*seed/],
      ['broken YAML', 'broken.yaml', `${digits}seed: [1, 2\n`, /broken\.yaml:\d+:\d+ /],
    ] as const) {
      for (const command of [[], ['check']]) {
        it(`${what}, ${command[0] ?? 'run'}`, async () => {
          if (text !== null) writeFileSync(join(folder, file), text);
          const { exitCode, stderr, stdout } = await cifarRun([...command, file], folder);
          expect(stderr).to.match(expected);
          expect(stderr.trim().split('\n')).to.have.length(1);
          expect(stdout).to.equal('');
          expect(exitCode).to.equal(2);
        });
      }
    }
  });

  it('says that nothing is saved if it is interrupted before training, and how to start again', async () => {
    const runs = mkdtempSync(join(tmpdir(), 'cifar-run-'));
    const args = ['configs/digits.yaml', '--set', 'seed=8', '--runs', runs];
    const { program, until } = startProgram(args, { cwd: root });
    await until(/^Engine/);
    program.kill('SIGINT');
    const { exitCode, stderr } = await program;
    expect(stderr).to.match(/: nothing is saved yet$/m);
    expect(stderr.split('\n').at(-1)).to.equal(`to start again: cifar-run ${args.join(' ')}`);
    expect(exitCode).to.equal(130);
  });

  it('loads nothing heavy for --help and check', async () => {
    for (const args of [['--help'], ['check', 'configs/vgg19-two-phase.yaml']]) {
      const loaded = await loadedModules(args, root);
      expect(loaded).to.contain('dist/cli.js');
      expect(loaded).not.to.match(/node_modules\/|chunks\/(start|run)-/);
    }
  });
});
