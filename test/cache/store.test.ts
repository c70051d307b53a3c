import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { storeLimit } from '../../src/cache/cache-folder.ts';
import { type Making, Store } from '../../src/cache/store.ts';

describe('the store', () => {
  let folder: string;
  let made: number;
  let waited: number;

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'cifar-run-store-')), 'store');
    made = 0;
    waited = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** An entry of one file. */
  function making(content: string, given: Partial<Making> = {}): Making {
    return {
      label: content,
      bytes: content.length,
      signal: new AbortController().signal,
      waiting: () => waited++,
      async make(to) {
        made++;
        await writeFile(join(to, 'content'), content);
      },
      ...given,
    };
  }

  const contentOf = (entry: { folder: string }) => readFile(join(entry.folder, 'content'), 'utf8');

  /** Another process that holds, or tries to; `said` gives its next line. */
  function holder(key: string, makeMs = 0) {
    const program = fileURLToPath(import.meta.resolve('./hold-one.ts'));
    const child = spawn(process.execPath, ['--import', 'tsx', program, folder, key, `${makeMs}`]);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const ended = once(child, 'exit');
    return {
      said: async () => (await lines.next()).value as string,
      kill: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    };
  }

  it('makes an entry once, and lists it', async () => {
    const store = new Store(folder, 1000);
    const first = await store.hold('kind-1', making('one'));
    const second = await new Store(folder, 1000).hold('kind-1', making('another'));
    expect(await contentOf(second)).to.equal('one');
    expect(made).to.equal(1);
    const [entry] = await store.list();
    expect(entry).to.deep.include({ key: 'kind-1', label: 'one', bytes: 3, held: true });
    await first.release();
    await second.release();
    expect((await store.list())[0]?.held).to.equal(false);
  });

  it('finds entries by the beginning of their keys', async () => {
    const store = new Store(folder, 1000);
    for (const key of ['a-1', 'a-2', 'b-1']) await store.hold(key, making(key));
    expect(await store.keys('a-')).to.deep.equal(['a-1', 'a-2']);
    expect(await store.holdIfThere('a-3')).to.equal(null);
    expect(await contentOf((await store.holdIfThere('a-2')) as { folder: string })).to.equal('a-2');
  });

  it('keeps nothing of an entry that could not be made', async () => {
    const store = new Store(folder, 1000);
    const make = async (to: string) => {
      await writeFile(join(to, 'content'), 'half');
      throw new Error('no more');
    };
    const failed = store.hold('kind-1', making('', { make }));
    expect(await failed.catch((error: Error) => error.message)).to.equal('no more');
    expect(await readdir(folder)).to.deep.equal([]);
    expect(await contentOf(await store.hold('kind-1', making('whole')))).to.equal('whole');
  });

  it('makes an entry again that has changed, but not one that was copied', async () => {
    const store = new Store(folder, 1000);
    const { release } = await store.hold('kind-1', making('right'));
    await release();
    await cp(join(folder, 'kind-1'), join(folder, 'kind-2'), { recursive: true });
    expect(await contentOf(await store.hold('kind-2', making('new')))).to.equal('right');
    await writeFile(join(folder, 'kind-1', 'content'), 'wrong');
    expect(await store.holdIfThere('kind-1')).to.equal(null);
    expect(await contentOf(await store.hold('kind-1', making('right')))).to.equal('right');
    expect(made).to.equal(2);
  });

  it('removes what was not used for longest, but nothing that is held', async () => {
    const store = new Store(folder, 10);
    for (const [age, key] of ['a', 'b', 'c'].entries()) {
      const { release } = await store.hold(key, making('four'.slice(0, 3)));
      if (key !== 'b') await release();
      const used = Date.now() / 1000 - 100 + age;
      await utimes(join(folder, key, 'entry.json'), used, used);
    }
    await store.hold('d', making('four'));
    expect(await store.keys()).to.deep.equal(['b', 'c', 'd']);
    await store.hold('large', making('larger than all that is allowed'));
    expect(await store.keys()).to.deep.equal(['b', 'd', 'large']);
  });

  it('is cleared of all but what is held', async () => {
    const store = new Store(folder, 1000);
    await store.hold('held', making('held'));
    await (await store.hold('free', making('free'))).release();
    expect((await store.clear()).map(({ key }) => key)).to.deep.equal(['free']);
    expect(await store.keys()).to.deep.equal(['held']);
  });

  it('lets one process make an entry while others wait, and keeps it while any of them lives', async () => {
    const first = holder('shared', 1500);
    expect(await first.said()).to.equal('making');
    const second = holder('shared');
    expect(await second.said()).to.equal('waiting');
    expect(await first.said()).to.equal(`held ${join(folder, 'shared')}`);
    expect(await second.said()).to.equal(`held ${join(folder, 'shared')}`);
    await first.kill();
    const store = new Store(folder, 0);
    expect(await store.remove('shared')).to.equal(false);
    await store.hold('other', making('larger than nothing'));
    expect(await store.keys()).to.deep.equal(['other', 'shared']);
    await second.kill();
  }).timeout(20_000);

  it('takes over from a process that was killed', async () => {
    const killed = holder('taken', 60_000);
    expect(await killed.said()).to.equal('making');
    await killed.kill();
    const { folder: entry } = await new Store(folder, 1000).hold('taken', making('whole'));
    expect(waited).to.equal(1);
    expect(await readdir(folder)).to.deep.equal(['taken']);
    expect(await readFile(join(entry, 'content'), 'utf8')).to.equal('whole');
  }).timeout(30_000);

  it('ends waiting when it is interrupted', async () => {
    const other = holder('waited', 60_000);
    expect(await other.said()).to.equal('making');
    const signal = AbortSignal.timeout(300);
    const waiting = new Store(folder, 1000).hold('waited', making('', { signal }));
    expect(await waiting.catch((error: Error) => error.name)).to.equal('TimeoutError');
    await other.kill();
  }).timeout(20_000);
});

describe('the bound of the store', () => {
  const { CIFAR_RUN_CACHE_SIZE } = process.env;
  afterEach(() => {
    delete process.env.CIFAR_RUN_CACHE_SIZE;
    Object.assign(process.env, CIFAR_RUN_CACHE_SIZE === undefined ? {} : { CIFAR_RUN_CACHE_SIZE });
  });

  it('is the one that CIFAR_RUN_CACHE_SIZE gives, or 20 GB', () => {
    delete process.env.CIFAR_RUN_CACHE_SIZE;
    expect(storeLimit()).to.equal(20e9);
    for (const [given, bytes] of [
      ['500', 500],
      ['1.5 kB', 1500],
      ['20MB', 20e6],
      ['2 tb', 2e12],
    ] as const) {
      process.env.CIFAR_RUN_CACHE_SIZE = given;
      expect(storeLimit()).to.equal(bytes);
    }
    process.env.CIFAR_RUN_CACHE_SIZE = 'much';
    expect(storeLimit).to.throw('CIFAR_RUN_CACHE_SIZE: a size in bytes, kB, MB, GB or TB');
  });
});
