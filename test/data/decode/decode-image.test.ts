import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { decodeImage } from '../../../src/data/decode/decode-image.ts';

const folder = fileURLToPath(new URL('../fixtures/odd/train/a/', import.meta.url));

describe('decodeImage', () => {
  it('reports the error of each broken image, even while others are decoded', async () => {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    const files = await Promise.all(names.map((name) => readFile(folder + name)));
    const reason = (bytes: Uint8Array) =>
      decodeImage(bytes, [40, 60, 3]).then(
        () => 'none',
        ({ message }: Error) => message,
      );
    const alone: string[] = [];
    for (const bytes of files) alone.push(await reason(bytes));
    expect(names.filter((_, i) => alone[i] !== 'none')).to.have.members([
      '.hidden.jpg',
      'notes.txt',
      'x-empty.png',
      'x-text.jpg',
      'x-truncated.bmp',
      'x-truncated.jpg',
    ]);
    expect(alone[names.indexOf('x-truncated.jpg')]).to.contain('premature end of JPEG image');
    const rounds = Array.from({ length: 40 }, () => files).flat();
    const concurrent = await Promise.all(rounds.map(reason));
    expect(concurrent).to.deep.equal(Array.from({ length: 40 }, () => alone).flat());
  });
});
