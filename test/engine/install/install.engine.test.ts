import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { type PackageIndex, startIndex } from './package-index.ts';

const script = fileURLToPath(new URL('install-one.ts', import.meta.url));

/** A real wheel of PyPI that is small enough to be installed in each test. */
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
    wheel = await readFile(new URL(`fixtures/${FILE}`, import.meta.url));
  });
  beforeEach(async () => {
    index = await startIndex('six', FILE, wheel);
    cache = await mkdtemp(join(folder, 'cache-'));
  });
  afterEach(() => index.close());
  after(() => rm(folder, { recursive: true, force: true }));

  /** Starts an installation in another process; pip uses the index of this test only. */
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

  /** Waits until the file has been requested from the index. */
  async function untilDownloading(): Promise<void> {
    while (index.downloads === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  it('keeps the selected files, reports size and target, and runs once', async () => {
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

  it('lets other users of the machine read the files', async () => {
    await start();
    const open = 0o777 & ~process.umask();
    expect((await stat(target())).mode & 0o777).to.equal(open);
    expect((await stat(join(target(), 'six.py'))).mode & 0o777).to.equal(open & 0o644);
  });

  it('installs again if a file is missing or truncated', async () => {
    await start();
    await writeFile(join(target(), 'six.py'), 'truncated');
    expect((await start()).stdout).to.include('downloading');
    expect((await readFile(join(target(), 'six.py'))).length).to.be.greaterThan(30_000);
    expect(await entries()).to.deep.equal(['six-1.17.0-cpu']);
  });

  it('lets one of two processes install; the other one reports that it waits', async () => {
    index.mode = 'half';
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

  it('leaves nothing usable when it is killed, and the next installation cleans up', async () => {
    index.mode = 'half';
    const killed = start();
    await untilDownloading();
    killed.kill('SIGKILL');
    await killed;
    const left = await entries();
    expect(left.some((entry) => entry.startsWith('six-1.17.0-cpu.unfinished-'))).to.equal(true);
    expect(left).to.include('six-1.17.0-cpu.lock').and.not.to.include('six-1.17.0-cpu');

    index.mode = 'whole';
    const next = await start();
    expect(next.stdout).to.include(`installed in ${target()}`);
    expect(await entries()).to.deep.equal(['six-1.17.0-cpu']);
  });

  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`stops pip and deletes everything at ${signal}`, async () => {
      index.mode = 'half';
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

  it('rejects a file with another hash', async () => {
    const sha256 = 'f'.repeat(64);
    const wheels = [{ requirement: 'six==1.17.0', platform: 'any', sha256, bytes: wheel.length }];
    const { exitCode, stderr } = await start({ wheels });
    expect(stderr).to.equal(
      'RunError: pip downloaded a file for six==1.17.0 that is not the published one, and nothing was installed. ' +
        `Its sha256 is ${SHA256}, and should be ${sha256}. If the transfer was interrupted, try again; else check the index that pip uses (pip config list)`,
    );
    expect(exitCode).to.equal(1);
    expect(await entries()).to.deep.equal([]);
  });

  describe('without pip', () => {
    const withoutPip = (change: object = {}) => start(change, { PATH: folder });
    const partial = () => join(`${target()}.downloads`, `${FILE}.part`);

    /** Waits until a part of the file is on the disk. */
    async function untilPartial(): Promise<void> {
      const size = () =>
        stat(partial()).then(
          (stats) => stats.size,
          () => 0,
        );
      while ((await size()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }

    it('installs from the same index', async () => {
      const { stdout, stderr } = await withoutPip();
      expect(stderr).to.equal('');
      expect(stdout).to.include(`downloading Six 1.17.0, 0 of 0 MB, to ${target()}`);
      expect(stdout).to.include(`installed in ${target()}`);
      expect(await entries()).to.deep.equal(['six-1.17.0-cpu']);
      expect((await readdir(target())).sort()).to.deep.equal(
        ['installed.json', 'six-1.17.0.dist-info', 'six.py'].sort(),
      );
    });

    it('continues a download that was interrupted', async () => {
      index.mode = 'half';
      const interrupted = withoutPip();
      await untilPartial();
      interrupted.kill('SIGINT');
      await interrupted;
      index.mode = 'whole';
      expect((await withoutPip()).stdout).to.include(`installed in ${target()}`);
      expect(index.range).to.match(/^bytes=[1-9]\d*-$/);
      expect(await entries()).to.deep.equal(['six-1.17.0-cpu']);
    });

    it('continues after the server closed the connection', async () => {
      index.mode = 'broken';
      const installing = withoutPip();
      await untilDownloading();
      index.mode = 'whole';
      const { stdout } = await installing;
      expect(stdout).to.match(/the server closed the connection .*; retrying/);
      expect(stdout).to.include(`installed in ${target()}`);
    });

    it('rejects a file with another hash', async () => {
      const sha256 = 'f'.repeat(64);
      const wheels = [{ requirement: 'six==1.17.0', platform: 'any', sha256, bytes: wheel.length }];
      const { exitCode, stderr } = await withoutPip({ wheels });
      expect(stderr).to.include(`has the hash sha256:${SHA256}, and should have sha256:${sha256}`);
      expect(exitCode).to.equal(1);
    });
  });

  it('skips a Python without pip', async () => {
    const bin = await mkdtemp(join(folder, 'bin-'));
    await writeFile(join(bin, 'python3'), '#!/bin/sh\nexit 1\n');
    await chmod(join(bin, 'python3'), 0o755);
    const { stdout } = await start({}, { PATH: `${bin}:${process.env.PATH}` });
    expect(stdout).to.include(`installed in ${target()}`);
  });

  it('reports that the network is not available', async () => {
    const { stderr } = await start(
      {},
      { PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_RETRIES: '1' },
    );
    expect(stderr).to.match(
      /^RunError: the network failed while pip downloaded six==1\.17\.0: check it, and the proxy and index of pip \(pip config list\), then try again; pip says: /,
    );
    expect(await entries()).to.deep.equal([]);
  });

  it('reports an interrupted transfer', async () => {
    index.mode = 'broken';
    const { exitCode, stderr } = await start();
    // pip before 25.1 accepts a truncated file, so its hash is wrong.
    expect(stderr).to.match(
      /^RunError: (pip downloaded a file for six==1\.17\.0 that is not|the network failed while pip downloaded six)/,
    );
    expect(stderr).to.include('try again');
    expect(exitCode).to.equal(1);
    expect(await entries()).to.deep.equal([]);
  });

  it('reports that the index lacks the package', async () => {
    const wheels = [
      { requirement: 'tensorflow-cpu==2.21.0', platform: 'any', sha256: SHA256, bytes: 1 },
    ];
    const { stderr } = await start({ wheels });
    expect(stderr).to.match(
      /^RunError: pip did not find tensorflow-cpu==2\.21\.0: its package index does not have it, or is not available;/,
    );
  });

  it('reports that the disk is too small, before it downloads', async () => {
    const { stderr } = await start({ installedBytes: 1e15 });
    expect(stderr).to.match(
      /^RunError: the installation of Six 1\.17\.0 needs 1000000\.0 GB, and the disk of .* has [\d.]+ GB free: free some space, or set CIFAR_RUN_CACHE to a folder on another disk$/,
    );
    expect(index.downloads).to.equal(0);
  });

  it('reports that the cache folder cannot be written', async () => {
    const file = join(cache, 'file');
    await writeFile(file, '');
    const { exitCode, stderr } = await start({ cache: file });
    expect(stderr).to.equal(
      `RunError: cannot write to the cache folder ${file}/engine (ENOTDIR): make it writable, or set ` +
        'CIFAR_RUN_CACHE to another folder',
    );
    expect(exitCode).to.equal(1);
  });
});
