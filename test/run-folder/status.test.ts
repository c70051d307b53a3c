import { once } from 'node:events';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { createRunFolder } from '../../src/run-folder/run-folder.ts';
import { LOCK, RunLock, readStatus, StatusWriter } from '../../src/run-folder/status.ts';

const STATUS = fileURLToPath(new URL('../../src/run-folder/status.ts', import.meta.url));

describe('the state of a run', () => {
  let runs: string;
  let folder: string;

  beforeEach(async () => {
    runs = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    folder = await createRunFolder({ runs, name: 'vgg19', id: '0123abcd' });
  });

  afterEach(() => rm(runs, { recursive: true }));

  const writeLock = (holder: object) =>
    writeFile(join(folder, LOCK), `${JSON.stringify(holder, null, 2)}\n`);
  const state = async () => (await readStatus(folder))?.state;

  /** Starts a process that locks the run and then waits. */
  async function holder() {
    const script = `
      import { RunLock, StatusWriter } from ${JSON.stringify(STATUS)};
      const folder = ${JSON.stringify(folder)};
      await RunLock.take(folder);
      await StatusWriter.start(folder);
      console.log('held');
      setInterval(() => {}, 1000);`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    const held = execa(process.execPath, args, { reject: false });
    await once(held.stdout, 'data');
    return { held };
  }

  it('is running while its process has the lock, and interrupted after that was killed', async () => {
    const { held } = await holder();
    expect(await state()).to.equal('running');
    const error = await RunLock.take(folder).catch((caught: Error) => caught);
    expect(String(error)).to.match(/RunError: cannot lock the run .*: another process holds it/);
    held.kill('SIGKILL');
    await held;
    expect(await state()).to.equal('interrupted');
    await (await RunLock.take(folder)).release();
  });

  it('is interrupted if another process has the same process id', async () => {
    const lock = await RunLock.take(folder);
    await StatusWriter.start(folder);
    await writeLock({ pid: process.pid, host: hostname(), began: 'long ago' });
    expect(await state()).to.equal(process.platform === 'linux' ? 'interrupted' : 'running');
    expect(() => lock.throwIfLost()).to.throw(/another process took the run over/);
    await lock.release();
    expect(await readFile(join(folder, LOCK), 'utf8')).to.include('long ago');
  });

  it('is running until a process of another machine has not touched the lock for a minute', async () => {
    await StatusWriter.start(folder);
    const holder = { pid: 2 ** 22 + 1, host: 'another', began: null };
    await writeLock(holder);
    expect(await state()).to.equal('running');
    const error = await RunLock.take(folder).catch((caught: Error) => caught);
    expect(String(error)).to.match(/another process holds it, 4194305 on another/);
    const longAgo = Date.now() / 1000 - 61;
    await utimes(join(folder, LOCK), longAgo, longAgo);
    await (await RunLock.take(folder)).release();
  });

  it('is running while its process is suspended, as after Ctrl-Z, for any time', async function () {
    if (process.platform !== 'linux') this.skip();
    const { held } = await holder();
    held.kill('SIGSTOP');
    const longAgo = Date.now() / 1000 - 3600;
    await utimes(join(folder, LOCK), longAgo, longAgo);
    expect(await state()).to.equal('running');
    held.kill('SIGKILL');
    await held;
    expect(await state()).to.equal('interrupted');
  });

  it('is the recorded end state, if there is one', async () => {
    const status = await StatusWriter.start(folder);
    await status.end('failed', { error: 'the loss is NaN' });
    expect(await readStatus(folder)).to.include({ state: 'failed', error: 'the loss is NaN' });
    await status.end('finished');
    expect(await state()).to.equal('finished');
  });

  it('is unknown before status.json exists', async () => {
    await writeFile(join(folder, 'log.txt'), '');
    expect(await readStatus(folder)).to.equal(null);
  });
});
