import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type NewEntry, Store, storeLimit } from '../../src/cache/store.ts';

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
  function newEntry(content: string, given: Partial<NewEntry> = {}): NewEntry {
    return {
      label: content,
      bytes: content.length,
      signal: new AbortController().signal,
      onWait: () => waited++,
      async make(to) {
        made++;
        await writeFile(join(to, 'content'), content);
      },
      ...given,
    };
  }

  const contentOf = (entry: { folder: string }) => readFile(join(entry.folder, 'content'), 'utf8');

  /** Another process that acquires an entry. */
  function acquirer(key: string, ...mode: 'wait'[]) {
    const program = fileURLToPath(import.meta.resolve('./acquire-entry.ts'));
    const child = spawn(process.execPath, ['--import', 'tsx', program, folder, key, ...mode]);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const ended = once(child, 'exit');
    return {
      nextLine: async () => (await lines.next()).value as string,
      proceed: () => child.stdin.write('\n'),
      kill: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    };
  }

  it('creates an entry once, and lists it', async () => {
    const store = new Store(folder, 1000);
    const first = await store.acquire('kind-1', newEntry('one'));
    const second = await new Store(folder, 1000).acquire('kind-1', newEntry('another'));
    expect(await contentOf(second)).to.equal('one');
    expect(made).to.equal(1);
    const [entry] = await store.list();
    expect(entry).to.deep.include({ key: 'kind-1', label: 'one', bytes: 3, held: true });
    await first.release();
    await second.release();
    expect((await store.list())[0]?.held).to.equal(false);
  });

  it('finds entries by the prefix of their keys', async () => {
    const store = new Store(folder, 1000);
    for (const key of ['a-1', 'a-2', 'b-1']) await store.acquire(key, newEntry(key));
    expect(await store.keys('a-')).to.deep.equal(['a-1', 'a-2']);
    expect(await store.acquireExisting('a-3')).to.equal(null);
    expect(await contentOf((await store.acquireExisting('a-2')) as { folder: string })).to.equal(
      'a-2',
    );
  });

  it('keeps nothing of an entry that could not be created', async () => {
    const store = new Store(folder, 1000);
    const make = async (to: string) => {
      await writeFile(join(to, 'content'), 'half');
      throw new Error('no more');
    };
    const failed = store.acquire('kind-1', newEntry('', { make }));
    expect(await failed.catch((error: Error) => error.message)).to.equal('no more');
    expect(await readdir(folder)).to.deep.equal([]);
    expect(await contentOf(await store.acquire('kind-1', newEntry('whole')))).to.equal('whole');
  });

  it('creates a changed entry again, but not a copied one', async () => {
    const store = new Store(folder, 1000);
    const { release } = await store.acquire('kind-1', newEntry('right'));
    await release();
    await cp(join(folder, 'kind-1'), join(folder, 'kind-2'), { recursive: true });
    expect(await contentOf(await store.acquire('kind-2', newEntry('new')))).to.equal('right');
    await writeFile(join(folder, 'kind-1', 'content'), 'wrong');
    expect(await store.acquireExisting('kind-1')).to.equal(null);
    expect(await contentOf(await store.acquire('kind-1', newEntry('right')))).to.equal('right');
    expect(made).to.equal(2);
  });

  it('removes the least recently used entries, but none in use', async () => {
    const store = new Store(folder, 10);
    for (const [age, key] of ['a', 'b', 'c'].entries()) {
      const { release } = await store.acquire(key, newEntry('four'.slice(0, 3)));
      if (key !== 'b') await release();
      const used = Date.now() / 1000 - 100 + age;
      await utimes(join(folder, key, 'entry.json'), used, used);
    }
    await store.acquire('d', newEntry('four'));
    expect(await store.keys()).to.deep.equal(['b', 'c', 'd']);
    await store.acquire('large', newEntry('larger than all that is allowed'));
    expect(await store.keys()).to.deep.equal(['b', 'd', 'large']);
  });

  it('clears all entries that are not in use', async () => {
    const store = new Store(folder, 1000);
    await store.acquire('used', newEntry('used'));
    await (await store.acquire('free', newEntry('free'))).release();
    expect((await store.clear()).map(({ key }) => key)).to.deep.equal(['free']);
    expect(await store.keys()).to.deep.equal(['used']);
  });

  it('lets one process create an entry while others wait, and keeps it while one of them runs', async () => {
    const first = acquirer('shared', 'wait');
    expect(await first.nextLine()).to.equal('creating');
    const second = acquirer('shared');
    expect(await second.nextLine()).to.equal('waiting');
    first.proceed();
    expect(await first.nextLine()).to.equal(`acquired ${join(folder, 'shared')}`);
    expect(await second.nextLine()).to.equal(`acquired ${join(folder, 'shared')}`);
    await first.kill();
    const store = new Store(folder, 0);
    expect(await store.remove('shared')).to.equal(false);
    await store.acquire('other', newEntry('larger than nothing'));
    expect(await store.keys()).to.deep.equal(['other', 'shared']);
    await second.kill();
  }).timeout(20_000);

  it('replaces the unfinished entry of a killed process', async () => {
    const killed = acquirer('taken', 'wait');
    expect(await killed.nextLine()).to.equal('creating');
    await killed.kill();
    const { folder: entry } = await new Store(folder, 1000).acquire('taken', newEntry('whole'));
    expect(waited).to.equal(1);
    expect(await readdir(folder)).to.deep.equal(['taken']);
    expect(await readFile(join(entry, 'content'), 'utf8')).to.equal('whole');
  }).timeout(30_000);

  it('stops waiting when it is interrupted', async () => {
    const other = acquirer('waited', 'wait');
    expect(await other.nextLine()).to.equal('creating');
    const signal = AbortSignal.timeout(300);
    const waiting = new Store(folder, 1000).acquire('waited', newEntry('', { signal }));
    expect(await waiting.catch((error: Error) => error.name)).to.equal('TimeoutError');
    await other.kill();
  }).timeout(20_000);
});

describe('the size limit of the store', () => {
  const { CIFAR_RUN_CACHE_SIZE } = process.env;
  afterEach(() => {
    delete process.env.CIFAR_RUN_CACHE_SIZE;
    Object.assign(process.env, CIFAR_RUN_CACHE_SIZE === undefined ? {} : { CIFAR_RUN_CACHE_SIZE });
  });

  it('is CIFAR_RUN_CACHE_SIZE, by default 20 GB', () => {
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
    expect(storeLimit).to.throw('CIFAR_RUN_CACHE_SIZE must be a size in bytes, kB, MB, GB or TB');
  });
});
