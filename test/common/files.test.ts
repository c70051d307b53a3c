import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { RunError } from '../../src/common/errors.ts';
import {
  appendSynced,
  listEntries,
  remove,
  retryIfBusy,
  statOrNull,
  walk,
  writeAtomic,
} from '../../src/common/files.ts';

const module = fileURLToPath(new URL('../../src/common/files.ts', import.meta.url));

describe('walk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-run-'));
  const write = (path: string) => writeFileSync(join(folder, path), 'image');
  const link = (to: string, path: string) => symlinkSync(to, join(folder, path));
  for (const name of ['plain/cat', 'plain/dog', 'linked/dog', 'elsewhere'])
    mkdirSync(join(folder, name), { recursive: true });
  for (const name of ['plain/cat/1.png', 'plain/dog/1.png', 'elsewhere/1.png', 'single.png'])
    write(name);
  link(join(folder, 'elsewhere'), 'linked/cat');
  link('../../single.png', 'linked/dog/1.png');

  it('follows links to folders and files', async () => {
    const paths = ['cat/', 'cat/1.png', 'dog/', 'dog/1.png'];
    expect((await walk(join(folder, 'plain'))).sort()).to.deep.equal(paths);
    expect((await walk(join(folder, 'linked'))).sort()).to.deep.equal(paths);
  });

  it('stops at circular and broken links', async () => {
    link('..', 'elsewhere/up');
    link('itself.png', 'elsewhere/itself.png');
    link('nowhere.png', 'elsewhere/nowhere.png');
    const found = await walk(join(folder, 'elsewhere'));
    expect(found).to.include.members(['1.png', 'itself.png', 'nowhere.png', 'up/single.png']);
    expect(found.filter((path) => path.startsWith('up/elsewhere/'))).to.deep.equal([]);
    expect(statOrNull(join(folder, 'elsewhere/itself.png'))).to.equal(null);
    expect(statOrNull(join(folder, 'elsewhere/nowhere.png'))).to.equal(null);
  });
});

describe('work on a file that another program has open', () => {
  const errorOf = (code: string) => Object.assign(new Error(code), { code });

  for (const code of ['EPERM', 'EBUSY', 'EACCES']) {
    it(`is repeated after ${code} until it succeeds`, async () => {
      let attempts = 0;
      const work = async () => {
        attempts += 1;
        if (attempts < 4) throw errorOf(code);
        return 'renamed';
      };
      expect(await retryIfBusy(work)).to.equal('renamed');
      expect(attempts).to.equal(4);
    });
  }

  it('fails at once with other errors', async () => {
    let attempts = 0;
    const work = async () => {
      attempts += 1;
      throw errorOf('ENOSPC');
    };
    const error = await retryIfBusy(work).catch((thrown: Error) => thrown);
    expect(error).to.have.property('code', 'ENOSPC');
    expect(attempts).to.equal(1);
  });
});

describe('remove', () => {
  it('deletes files and folders, and accepts that there is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'remove-'));
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const path of [file, folder, folder]) {
      await remove(path);
      expect(statOrNull(path)).to.equal(null);
    }
  });
});

describe('listEntries', () => {
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

  it('lists files and links in all subfolders', async () => {
    checkpoint(join(folder, 'checkpoints', 'last'));
    symlinkSync(join(folder, 'checkpoints', 'last'), join(folder, 'link'));
    const entries = await listEntries(folder);
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

  it('works while checkpoints are replaced', async () => {
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
        const names = (await listEntries(folder)).map(({ name }) => name);
        expect(names).to.include('status.json');
      }
    } finally {
      replacing = false;
      await replace;
    }
  });
});

describe('writeAtomic and appendSynced', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    file = join(folder, 'file');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('replaces a file and leaves no temporary file', async () => {
    await writeAtomic(file, 'a longer old text');
    await writeAtomic(file, Uint8Array.of(110, 101, 119));
    expect(await readFile(file, 'utf8')).to.equal('new');
    expect(await readdir(folder)).to.deep.equal(['file']);
  });

  it('never shows a partial file to a reader', async () => {
    const versions = ['a', 'b'].map((letter) => letter.repeat(1_000_000));
    await writeAtomic(file, versions[0] ?? '');
    let writing = true;
    const writes = (async () => {
      for (let i = 1; i <= 20; i++) await writeAtomic(file, versions[i % 2] ?? '');
      writing = false;
    })();
    while (writing) expect(versions.includes(await readFile(file, 'utf8'))).to.equal(true);
    await writes;
  });

  it('keeps the old file if the disk is full', async () => {
    await writeAtomic(file, 'old');
    const script = `
      import { writeAtomic } from ${JSON.stringify(module)};
      writeAtomic(${JSON.stringify(file)}, new Uint8Array(1_000_000)).catch((error) => console.log(error.message));`;
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script];
    // A limit on the file size truncates a write, as a full disk does.
    const { stdout } = await execa('sh', ['-c', 'ulimit -f 100; exec "$@"', 'sh', ...node]);
    expect(stdout).to.include(`cannot write ${file}: `);
    expect(await readFile(file, 'utf8')).to.equal('old');
    expect(await readdir(folder)).to.deep.equal(['file']);
  });

  it('names a file that cannot be written', async () => {
    const missing = join(folder, 'nowhere', 'file');
    for (const write of [writeAtomic, appendSynced]) {
      const error = await write(missing, '').then(
        () => null,
        (caught: unknown) => caught,
      );
      expect(error).to.be.instanceOf(RunError);
      expect((error as RunError).message).to.match(/^cannot write .*nowhere.file: ENOENT/);
    }
  });
});
