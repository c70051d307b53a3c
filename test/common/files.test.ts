import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { contentHash } from '../../src/cache/content-hash.ts';
import { statOf, walk } from '../../src/common/files.ts';

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

  it('gives what is linked the hash of what is not', async () => {
    const hash = await contentHash([join(folder, 'plain')]);
    expect(hash).to.match(/^[0-9a-f]{64}$/);
    expect(await contentHash([join(folder, 'linked')])).to.equal(hash);
  });

  it('ends where links lead in a circle or nowhere', async () => {
    link('..', 'elsewhere/up');
    link('itself.png', 'elsewhere/itself.png');
    link('nowhere.png', 'elsewhere/nowhere.png');
    const found = await walk(join(folder, 'elsewhere'));
    expect(found).to.include.members(['1.png', 'itself.png', 'nowhere.png', 'up/single.png']);
    expect(found.filter((path) => path.startsWith('up/elsewhere/'))).to.deep.equal([]);
    expect(statOf(join(folder, 'elsewhere/itself.png'))).to.equal(null);
    expect(statOf(join(folder, 'elsewhere/nowhere.png'))).to.equal(null);
    expect(await contentHash([join(folder, 'elsewhere')])).to.match(/^[0-9a-f]{64}$/);
  });
});
