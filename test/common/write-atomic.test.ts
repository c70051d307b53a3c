import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { RunError } from '../../src/common/errors.ts';
import { appendSynced, writeAtomic } from '../../src/common/write-atomic.ts';

const module = fileURLToPath(new URL('../../src/common/write-atomic.ts', import.meta.url));

describe('writing files', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    file = join(folder, 'file');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('replaces a file and leaves nothing beside it', async () => {
    await writeAtomic(file, 'a longer old text');
    await writeAtomic(file, Uint8Array.of(110, 101, 119));
    expect(await readFile(file, 'utf8')).to.equal('new');
    expect(await readdir(folder)).to.deep.equal(['file']);
  });

  it('never shows a part of a file to a reader', async () => {
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

  it('keeps the old file when the new one does not fit on the disk', async () => {
    await writeAtomic(file, 'old');
    const script = `
      import { writeAtomic } from ${JSON.stringify(module)};
      writeAtomic(${JSON.stringify(file)}, new Uint8Array(1_000_000)).catch((error) => console.log(error.message));`;
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script];
    // A limit on the size of files breaks a write off in the middle, as a full disk does.
    const { stdout } = await execa('sh', ['-c', 'ulimit -f 100; exec "$@"', 'sh', ...node]);
    expect(stdout).to.include(`cannot write ${file}: `);
    expect(await readFile(file, 'utf8')).to.equal('old');
    expect(await readdir(folder)).to.deep.equal(['file']);
  });

  it('says which file it cannot write', async () => {
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
