import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { folderSize } from '../../../src/common/files.ts';
import { changedFiles } from '../../../src/engine/tensorflow/install/files.ts';

const firstRun = fileURLToPath(new URL('first-run.ts', import.meta.url));
const cli = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));

/** One real installation from PyPI. The tests depend on each other. */
describe('the first run with an empty cache', function (this: Mocha.Suite) {
  this.timeout(600_000);
  let cache: string;
  let folder: string;

  before(async () => {
    cache = await mkdtemp(join(tmpdir(), 'cifar-run-first-'));
    folder = join(cache, 'engine/tensorflow-2.21.0-cpu');
  });
  after(() => rm(cache, { recursive: true, force: true }));

  function start(script: string, ...args: string[]) {
    return execa(process.execPath, ['--import', 'tsx', script, ...args], {
      reject: false,
      env: { CIFAR_RUN_CACHE: cache, CIFAR_RUN_TENSORFLOW: '', CUDA_VISIBLE_DEVICES: '-1' },
    });
  }

  it('leaves nothing usable if it is killed while it unpacks', async () => {
    const killed = start(firstRun);
    killed.stdout.on('data', (text) => {
      if (/unpacking TensorFlow 2\.21\.0, [1-9]\d* of 854 MB, to /.test(text))
        killed.kill('SIGKILL');
    });
    expect((await killed).signal).to.equal('SIGKILL');
    expect(await readdir(join(cache, 'engine'))).not.to.include('tensorflow-2.21.0-cpu');
  });

  it('lets one of two processes install, and both compute', async () => {
    const runs = await Promise.all([start(firstRun), start(firstRun)]);
    for (const { stdout, stderr } of runs) {
      expect(stdout, stderr).to.include('TensorFlow 2.21.0 computed 11');
    }
    const installing = runs.filter(({ stdout }) =>
      stdout.includes(`downloading TensorFlow 2.21.0, 0 of 274 MB, to ${folder}`),
    );
    expect(installing).to.have.length(1);
  });

  it('keeps the libraries, the licences and the manifest, and nothing of the killed process', async () => {
    expect(await readdir(join(cache, 'engine'))).to.deep.equal(['tensorflow-2.21.0-cpu']);
    expect((await readdir(folder)).sort()).to.deep.equal([
      'installed.json',
      'tensorflow',
      'tensorflow_cpu-2.21.0.dist-info',
    ]);
    expect((await readdir(join(folder, 'tensorflow'))).sort()).to.deep.equal([
      'THIRD_PARTY_NOTICES.txt',
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
    ]);
    expect(await folderSize(folder)).to.be.within(853e6, 855e6);
  });

  it('is shown by `cifar-run engine`', async () => {
    const { stdout, stderr } = await start(cli, 'engine');
    expect(stdout, stderr).to.include('engine   tensorflow 2.21.0 for the CPU\n');
    expect(stdout).to.include(`folder   ${folder} (installed, 854 MB)\n`);
    expect(stdout).to.match(/device {3}CPU\n.*\/device:CPU:0\nthreads {2}\d+$/);

    const shown = JSON.parse((await start(cli, 'engine', '--json')).stdout);
    expect(shown).to.include({ version: '2.21.0', variant: 'cpu', source: 'installed', folder });
    expect(shown).to.include({ engine: 'tensorflow', device: 'cpu' });
  });

  it('is verified by `cifar-run engine check`, which finds a changed file', async () => {
    const { stdout, exitCode } = await start(cli, 'engine', 'check');
    expect(stdout).to.match(/^matMul, .*passed$|^matMul .*passed$/m);
    expect(stdout)
      .to.match(/GFLOP\/s/)
      .and.not.to.include('FAILED');
    expect(exitCode).to.equal(0);

    const notices = await open(join(folder, 'tensorflow/THIRD_PARTY_NOTICES.txt'), 'r+');
    await notices.write('X', 0);
    await notices.close();
    expect(await changedFiles(folder)).to.deep.equal(['tensorflow/THIRD_PARTY_NOTICES.txt']);
    const changed = await start(cli, 'engine', 'check');
    expect(changed.stdout).to.include(
      'FAILED: tensorflow/THIRD_PARTY_NOTICES.txt is not the file that was installed',
    );
    expect(changed.exitCode).to.equal(1);
  });
});
