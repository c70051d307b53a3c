import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openZip } from '../../src/common/zip.ts';

const archive = fileURLToPath(
  new URL('../model/weights/fixtures/pytorch/types.pth', import.meta.url),
);

/** Reads all files of an archive. */
async function readAll(path: string): Promise<Map<string, Buffer>> {
  const zip = await openZip(path);
  const files = new Map<string, Buffer>();
  try {
    for await (const entry of zip.eachEntry()) {
      files.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
    }
  } finally {
    zip.close();
  }
  return files;
}

describe('openZip', () => {
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    path = join(folder, 'archive.zip');
  });
  after(() => rm(folder, { recursive: true }));

  it('reads the files of an archive', async () => {
    const files = await readAll(archive);
    expect(files.get('types/byteorder')?.toString()).to.equal('little');
  });

  it('refuses an impossible offset of the directory, where yauzl alone crashes', async () => {
    const bytes = await readFile(archive);
    const locator = bytes.lastIndexOf('PK\x06\x07');
    expect(locator).to.be.above(0);
    bytes.writeBigUInt64LE(2n ** 60n, locator + 8);
    await writeFile(path, bytes);
    const error = await readAll(path).catch((each: Error) => each);
    expect(error).to.be.instanceOf(Error);
  });

  it('refuses a file that is no archive, and one that does not exist', async () => {
    await writeFile(path, 'no archive');
    for (const each of [path, join(folder, 'none.zip')]) {
      expect(await readAll(each).catch((error: Error) => error)).to.be.instanceOf(Error);
    }
  });
});
