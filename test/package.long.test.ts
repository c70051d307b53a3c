import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { folderSize } from '../src/common/files.ts';
import { useEngine } from './engine.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The newest release of each supported line of Node, in addition to the one that runs the tests. */
const NODES = ['22', '24', '26'];

describe('the packed tarball', () => {
  // Installs TensorFlow if it is missing, so that the commands below find it.
  useEngine();
  const prefix = mkdtempSync(join(tmpdir(), 'cifar-run-package-'));
  const program = join(prefix, 'bin/cifar-run');

  before(async function () {
    this.timeout(300_000);
    const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', prefix], {
      cwd: root,
    });
    const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('[')));
    // Outside the repository, whose .npmrc turns install scripts off.
    await execa('npm', ['install', '-g', '--prefix', prefix, join(prefix, filename)], {
      cwd: prefix,
    });
  });

  after(() => rmSync(prefix, { recursive: true, force: true }));

  it('installs a program that computes, without the package tfjs-node-gpu', async () => {
    const { stdout } = await execa(program, ['engine', 'check'], { cwd: prefix });
    expect(stdout).to.match(/conv2d, same/);
    expect(stdout).to.match(/GFLOP\/s/);
    const { exitCode } = await execa(
      'npm',
      ['ls', '-g', '--prefix', prefix, '--all', '@tensorflow/tfjs-node-gpu'],
      {
        reject: false,
      },
    );
    expect(exitCode, 'tfjs-node-gpu is installed').to.equal(1);
  });

  it('takes less than 250 MB, without TensorFlow', async () => {
    expect(await folderSize(join(prefix, 'lib'))).to.be.below(250e6);
  });

  for (const version of NODES) {
    it(`computes on Node ${version}`, async () => {
      const folder = join(prefix, `node-${version}`);
      const platform = `node-${process.platform}-${process.arch}`;
      await execa('npm', ['install', '--prefix', folder, `${platform}@${version}`]);
      const node = join(folder, 'node_modules', platform, 'bin/node');
      const script = join(prefix, 'lib/node_modules/cifar-run/dist/cli.js');
      const { stdout, stderr } = await execa(node, [script, 'engine', 'check'], { cwd: prefix });
      expect(stdout).to.match(/GFLOP\/s/);
      expect(stderr).to.equal('');
    });
  }
});
