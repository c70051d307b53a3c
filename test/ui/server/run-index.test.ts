import { appendFileSync, cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { RunIndex } from '../../../src/ui/server/run-index.ts';
import { RunTable } from '../../../src/ui/server/run-table.ts';
import { makeRun, metricsCsv } from '../made-runs.ts';

const ALL = { filter: '', sort: '', columns: '' };

describe('RunIndex', () => {
  let runs: string;
  let index: RunIndex | null = null;

  beforeEach(() => {
    runs = mkdtempSync(join(tmpdir(), 'cifar-run-index-'));
  });

  afterEach(() => {
    index?.close();
    rmSync(runs, { recursive: true });
  });

  /** Waits until the index meets a condition. */
  async function until(condition: (index: RunIndex) => boolean): Promise<void> {
    const opened = index as RunIndex;
    while (!condition(opened)) {
      await new Promise<void>((resolve) => {
        const unsubscribe = opened.onChange(() => {
          unsubscribe();
          resolve();
        });
      });
    }
  }

  it('starts with the names of folders, and reads the same few files of each run once', async () => {
    const count = 1_000;
    const first = join(runs, makeRun(runs, 0));
    for (let i = 1; i < count; i++) {
      const name = `made/2026-01-31T13-${String(Math.floor(i / 60)).padStart(2, '0')}-${String(i % 60).padStart(2, '0')}Z-${i.toString(16).padStart(10, '0')}`;
      cpSync(first, join(runs, name), { recursive: true });
    }
    const { open, readdir } = fs;
    const read = { files: 0, folders: 0 };
    // Modules that load at the same time do not count.
    const isInRuns = (path: unknown) => String(path).startsWith(runs);
    fs.open = ((...args: Parameters<typeof open>) => {
      if (isInRuns(args[0])) read.files++;
      return open(...args);
    }) as typeof open;
    fs.readdir = ((...args: Parameters<typeof readdir>) => {
      if (isInRuns(args[0])) read.folders++;
      return readdir(...args);
    }) as typeof readdir;
    syncBuiltinESMExports();
    try {
      index = await RunIndex.open(runs);
      const { names, total } = new RunTable(index).window(ALL, 0, 100);
      expect(read.folders).to.equal(2);
      // By now the index reads the first run.
      expect(read.files).to.be.at.most(4);
      expect([names.length, total]).to.deep.equal([100, count]);
      await until(({ unread }) => unread === 0);
      expect(read.files).to.equal(4 * count);
    } finally {
      Object.assign(fs, { open, readdir });
      syncBuiltinESMExports();
    }
  });

  it('notices runs that start, continue, end and are deleted', async () => {
    const old = makeRun(runs, 1);
    index = await RunIndex.open(runs);
    await until(({ unread }) => unread === 0);
    const factOf = (name: string, column: 'epochs' | 'status') =>
      index?.runs.find(({ facts }) => facts.run === name)?.facts[column];
    expect(factOf(old, 'status')).to.equal('finished');

    const fresh = makeRun(runs, 2, { experiment: 'other' });
    await until(({ pathOf, unread }) => unread === 0 && pathOf.call(index, fresh) !== null);
    expect(index.runs.map(({ facts }) => facts.run)).to.deep.equal([fresh, old]);

    appendFileSync(join(runs, old, 'metrics.csv'), `${metricsCsv(3).split('\n').at(-2)}\n`);
    await until(() => factOf(old, 'epochs') === 3);

    const status = join(runs, fresh, 'status.json');
    writeFileSync(`${status}.new`, JSON.stringify({ state: 'failed', error: 'no memory' }));
    renameSync(`${status}.new`, status);
    await until(() => factOf(fresh, 'status') === 'failed');

    rmSync(join(runs, fresh), { recursive: true });
    await until(({ runs }) => runs.length === 1);
  });

  it('gives runs with an invalid file the status damaged', async () => {
    const name = makeRun(runs, 1);
    writeFileSync(join(runs, name, 'status.json'), '');
    writeFileSync(join(runs, makeRun(runs, 2), 'metrics.csv'), 'a,b\n1,2\n');
    writeFileSync(join(runs, makeRun(runs, 3), 'resolved.yaml'), ': [');
    index = await RunIndex.open(runs);
    await until(({ unread }) => unread === 0);
    expect(index.runs.map(({ facts }) => facts.status)).to.deep.equal([
      'finished',
      'damaged',
      'damaged',
    ]);
  });

  it('gives a window of the filtered and sorted runs', async () => {
    for (let i = 0; i < 60; i++) makeRun(runs, i);
    index = await RunIndex.open(runs);
    await until(({ unread }) => unread === 0);
    const table = new RunTable(index);
    const query = { filter: 'vars.dropout = 0.1', sort: '-seed', columns: 'seed,val_*' };
    const { columns, rows, total, runs: all } = table.window(query, 2, 3);
    expect(columns.map(({ name }) => name)).to.deep.equal(['seed', 'val_loss', 'val_accuracy']);
    expect(rows.map(([seed]) => seed)).to.deep.equal([49, 45, 41]);
    expect([total, all]).to.deep.equal([15, 60]);
    expect(() => table.window({ ...ALL, filter: 'sed = 1' }, 0, 1)).to.throw(/Did you mean seed/);
  });
});
