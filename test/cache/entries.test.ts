import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { entriesWithin } from '../../src/common/files.ts';

describe('what a folder holds', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'entries-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function checkpoint(path: string): void {
    for (const part of ['model', 'optimizer']) {
      mkdirSync(join(path, part), { recursive: true });
      writeFileSync(join(path, part, 'weights.bin'), part);
    }
  }

  it('is all in it and in the folders within, links as what they are', async () => {
    checkpoint(join(folder, 'checkpoints', 'last'));
    symlinkSync(join(folder, 'checkpoints', 'last'), join(folder, 'link'));
    const entries = await entriesWithin(folder);
    const paths = entries.map(({ parentPath, name }) =>
      join(parentPath, name).slice(folder.length),
    );
    expect(paths.toSorted()).to.deep.equal([
      '/checkpoints/last/model/weights.bin',
      '/checkpoints/last/optimizer/weights.bin',
      '/link',
    ]);
    expect(entries.filter((entry) => entry.isSymbolicLink())).to.have.length(1);
  });

  it('is read while checkpoints take the place of others', async () => {
    writeFileSync(join(folder, 'status.json'), '{}');
    const [last, next] = [join(folder, 'checkpoints', 'last'), join(folder, 'checkpoints', 'next')];
    let replacing = true;
    const replace = (async () => {
      for (; replacing; await setImmediate()) {
        checkpoint(next);
        rmSync(last, { recursive: true, force: true });
        renameSync(next, last);
      }
    })();
    try {
      for (let i = 0; i < 300; i++) {
        const names = (await entriesWithin(folder)).map(({ name }) => name);
        expect(names).to.include('status.json');
      }
    } finally {
      replacing = false;
      await replace;
    }
  });
});
