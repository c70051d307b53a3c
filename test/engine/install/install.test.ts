import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { type PackageIndex, startIndex } from './package-index.ts';

const script = fileURLToPath(new URL('install-one.ts', import.meta.url));

/** A real wheel, small enough to be installed in each test. */
const SIX = {
  name: 'Six',
  version: '1.17.0',
  variant: 'cpu',
  members: '^six\\.py$|/METADATA$',
  installedBytes: 36_000,
  framework: 'six.py',
  core: 'six.py',
};
const SHA256 = '4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274';
const FILE = 'six-1.17.0-py2.py3-none-any.whl';

describe('installing the engine', () => {
  let folder: string;
  let wheel: Buffer;
  let index: PackageIndex;
  let cache: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-install-'));
    await execa('python3', ['-m', 'pip', 'download', '--no-deps', '-d', folder, 'six==1.17.0']);
    wheel = await readFile(join(folder, FILE));
  });
  beforeEach(async () => {
    index = await startIndex('six', FILE, wheel);
    cache = await mkdtemp(join(folder, 'cache-'));
  });
  afterEach(() => index.close());
  after(() => rm(folder, { recursive: true, force: true }));

  /** Starts an install in another process, with the index of this test as pip's only source. */
  function start(change: object = {}, env: Record<string, string> = {}) {
    const requirement = { requirement: 'six==1.17.0', platform: 'any', sha256: SHA256 };
    const wanted = { cache, ...SIX, wheels: [{ ...requirement, bytes: wheel.length }], ...change };
    return execa(process.execPath, ['--import', 'tsx', script, JSON.stringify(wanted)], {
      reject: false,
      env: {
        PIP_INDEX_URL: index.url,
        PIP_CONFIG_FILE: '/dev/null',
        PIP_FIND_LINKS: '',
        PIP_RETRIES: '0',
        NO_PROXY: '127.0.0.1',
        ...env,
      },
    });
  }

  const target = () => join(cache, 'engine/six-1.17.0-cpu');
  const entries = () => readdir(join(cache, 'engine'));

  /** Waits until an install has asked the index for the file. */
  async function untilDownloading(): Promise<void> {
    while (index.downloads === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  it('keeps the files that are asked for, tells size and target, and is done once', async () => {
    const first = await start();
    expect(first.stderr).to.equal('');
    expect(first.stdout).to.include(`downloading Six 1.17.0, 0 of 0 MB, to ${target()}`);
    expect(first.stdout).to.include(`installed in ${target()}`);
    expect(await entries()).to.deep.equal(['six-1.17.0-cpu']);
    expect((await readdir(target())).sort()).to.deep.equal(
      ['installed.json', 'six-1.17.0.dist-info', 'six.py'].sort(),
    );
    const { files, wheels } = JSON.parse(await readFile(join(target(), 'installed.json'), 'utf8'));
    const six = await readFile(join(target(), 'six.py'));
    expect(files['six.py']).to.deep.equal({
      bytes: six.length,
      sha256: createHash('sha256').update(six).digest('hex'),
    });
    expect(wheels).to.deep.equal([`six==1.17.0 sha256:${SHA256}`]);

    const second = await start({}, { PATH: folder });
    expect(second.stdout).to.equal(`installed in ${target()}`);
    expect(index.downloads).to.equal(1);
  });

  it('installs again where a file is missing or cut short', async () => {
    await start();
    await writeFile(join(target(), 'six.py'), 'cut short');
    expect((await start()).stdout).to.include('downloading');
    expect((await readFile(join(target(), 'six.py'))).length).to.be.greaterThan(30_000);
    expect(await entries()).to.deep.equal(['six-1.17.0-cpu']);
  });

  it('two first runs at once do one install; the other waits and says so', async () => {
    index.manner = 'half';
    const one = start();
    await untilDownloading();
    const other = start();
    const [line] = await once(other.stdout, 'data');
    expect(String(line)).to.equal('another process is installing Six 1.17.0; waiting for it\n');
    index.finish();
    expect((await one).stdout).to.include(`installed in ${target()}`);
    expect((await other).stdout).to.include(`installed in ${target()}`);
    expect(index.downloads).to.equal(1);
    expect(await entries()).to.deep.equal(['six-1.17.0-cpu']);
  });

  it('leaves nothing half-used when it is killed, and the next one cleans up', async () => {
    index.manner = 'half';
    const killed = start();
    await untilDownloading();
    killed.kill('SIGKILL');
    await killed;
    const left = await entries();
    expect(left.some((entry) => entry.startsWith('six-1.17.0-cpu.unfinished-'))).to.equal(true);
    expect(left).to.include('six-1.17.0-cpu.lock').and.not.to.include('six-1.17.0-cpu');

    index.manner = 'whole';
    const next = await start();
    expect(next.stdout).to.include(`installed in ${target()}`);
    expect(await entries()).to.deep.equal(['six-1.17.0-cpu']);
  });

  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`ends pip and removes everything at ${signal}`, async () => {
      index.manner = 'half';
      const interrupted = start();
      await untilDownloading();
      interrupted.kill(signal);
      const result = await interrupted;
      expect(result.exitCode).to.equal(exitCode);
      expect(result.stderr).to.equal(`InterruptedError: interrupted by ${signal}`);
      expect(await entries()).to.deep.equal([]);
      const { stdout } = await execa('ps', ['-Ao', 'args']);
      expect(stdout).not.to.include(cache);
    });
  }

  it('refuses a file whose hash is another', async () => {
    const sha256 = 'f'.repeat(64);
    const wheels = [{ requirement: 'six==1.17.0', platform: 'any', sha256, bytes: wheel.length }];
    const { exitCode, stderr } = await start({ wheels });
    expect(stderr).to.equal(
      'RunError: what pip received for six==1.17.0 is not the published file, and nothing was installed: ' +
        `its sha256 is ${SHA256}, and should be ${sha256}; if the transfer broke off, try again, else look at the index that pip uses (pip config list)`,
    );
    expect(exitCode).to.equal(1);
    expect(await entries()).to.deep.equal([]);
  });

  it('says that there is no pip', async () => {
    const { exitCode, stderr } = await start({}, { PATH: folder });
    expect(stderr).to.equal(
      'RunError: TensorFlow is installed with pip, and none was found (tried python3 -m pip, python -m pip, ' +
        'pip3, pip, uvx pip): install Python 3 with pip, or uv, or set CIFAR_RUN_TENSORFLOW to the folder of ' +
        'a TensorFlow that is there',
    );
    expect(exitCode).to.equal(1);
  });

  it('passes over a Python without pip', async () => {
    const bin = await mkdtemp(join(folder, 'bin-'));
    await writeFile(join(bin, 'python3'), '#!/bin/sh\nexit 1\n');
    await chmod(join(bin, 'python3'), 0o755);
    const { stdout } = await start({}, { PATH: `${bin}:${process.env.PATH}` });
    expect(stdout).to.include(`installed in ${target()}`);
  });

  it('says that the network is out of reach', async () => {
    const { stderr } = await start(
      {},
      { PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_RETRIES: '1' },
    );
    expect(stderr).to.match(
      /^RunError: the network failed while pip fetched six==1\.17\.0: check it, and pip's proxy and index \(pip config list\), then try again; pip says: /,
    );
    expect(await entries()).to.deep.equal([]);
  });

  it('says that a transfer broke off', async () => {
    index.manner = 'broken';
    const { exitCode, stderr } = await start();
    // Which of them depends on pip: until 25.1 it takes what came for the file.
    expect(stderr).to.match(
      /^RunError: (what pip received for six==1\.17\.0 is not|the network failed while pip fetched six)/,
    );
    expect(stderr).to.include('try again');
    expect(exitCode).to.equal(1);
    expect(await entries()).to.deep.equal([]);
  });

  it('says that the index lacks the package', async () => {
    const wheels = [
      { requirement: 'tensorflow-cpu==2.21.0', platform: 'any', sha256: SHA256, bytes: 1 },
    ];
    const { stderr } = await start({ wheels });
    expect(stderr).to.match(
      /^RunError: pip found no tensorflow-cpu==2\.21\.0: its package index does not have it, or cannot be reached;/,
    );
  });

  it('says that the disk is too small, before it downloads', async () => {
    const { stderr } = await start({ installedBytes: 1e15 });
    expect(stderr).to.match(
      /^RunError: Six 1\.17\.0 needs 1000000\.0 GB while it is installed, and the disk of .* has [\d.]+ GB free: free some space, or set CIFAR_RUN_CACHE to a folder on another disk$/,
    );
    expect(index.downloads).to.equal(0);
  });

  it('says that the cache folder cannot be written', async () => {
    const file = join(cache, 'file');
    await writeFile(file, '');
    const { exitCode, stderr } = await start({ cache: file });
    expect(stderr).to.equal(
      `RunError: the cache folder ${file}/engine cannot be written (ENOTDIR): make it writable, or set ` +
        'CIFAR_RUN_CACHE to a folder that is',
    );
    expect(exitCode).to.equal(1);
  });
});
