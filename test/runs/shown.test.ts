import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readShownRun } from '../../src/runs/listed.ts';

describe('a single run', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('lists its files by name, including those in folders', async () => {
    await mkdir(join(folder, 'model'));
    for (const name of ['weights.txt', 'model/model.json', 'log.txt'])
      await writeFile(join(folder, name), name);
    const { files } = await readShownRun(folder);
    expect(files).to.deep.equal([
      { name: 'log.txt', bytes: 7 },
      { name: 'model/model.json', bytes: 16 },
      { name: 'weights.txt', bytes: 11 },
    ]);
  });

  it('can be read while checkpoints replace each other', async () => {
    const [coming, last] = [join(folder, 'checkpoints', '.coming'), join(folder, 'checkpoints')];
    let ended = false;
    const writing = (async () => {
      for (let i = 0; i < 300; i++) {
        await mkdir(coming, { recursive: true });
        await writeFile(join(coming, 'state.json'), '{}');
        await rename(coming, join(last, 'last'));
        await rm(join(last, 'last'), { recursive: true });
      }
      ended = true;
    })();
    while (!ended) await readShownRun(folder);
    await writing;
    expect((await readShownRun(folder)).files).to.deep.equal([]);
  });
});
