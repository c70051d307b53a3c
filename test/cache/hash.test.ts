import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { contentHash } from '../../src/cache/hash.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'cifar-run-'));

describe('contentHash', () => {
  const settled = new Date(Date.now() - 60_000);

  it('changes if a file is changed, renamed or deleted', async () => {
    const folder = newFolder();
    const file = join(folder, 'a');
    const seen: (string | null)[] = [];
    const look = async () => seen.push(await contentHash([folder]));
    writeFileSync(file, 'one');
    utimesSync(file, settled, settled);
    await look();
    writeFileSync(file, 'two');
    await look();
    renameSync(file, join(folder, 'b'));
    await look();
    expect(new Set(seen).size).to.equal(3);
    expect(await contentHash([join(folder, 'a')])).to.equal(null);
  });

  it('reads an unchanged file once', async () => {
    const folder = newFolder();
    const file = join(folder, 'a');
    writeFileSync(file, 'one');
    utimesSync(file, settled, settled);
    const first = await contentHash([file]);
    writeFileSync(file, 'two');
    utimesSync(file, settled, settled);
    expect(await contentHash([file])).to.equal(first);
  });

  it('follows links, and ignores broken and circular ones', async () => {
    const folder = newFolder();
    for (const name of ['plain', 'linked']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'image.png'), 'image');
    writeFileSync(join(folder, 'plain', '1.png'), 'image');
    symlinkSync('../image.png', join(folder, 'linked', '1.png'));
    const hash = await contentHash([join(folder, 'plain')]);
    expect(hash).to.match(/^[0-9a-f]{64}$/);
    expect(await contentHash([join(folder, 'linked')])).to.equal(hash);
    symlinkSync('..', join(folder, 'linked', 'up'));
    symlinkSync('itself.png', join(folder, 'linked', 'itself.png'));
    symlinkSync('nowhere.png', join(folder, 'linked', 'nowhere.png'));
    expect(await contentHash([join(folder, 'linked')])).to.match(/^[0-9a-f]{64}$/);
  });
});
