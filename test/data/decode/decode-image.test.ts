import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import sharp from 'sharp';
import { decodeImage } from '../../../src/data/decode/decode-image.ts';
import { STRETCH } from '../fixture.ts';

const folder = fileURLToPath(new URL('../fixtures/odd/train/a/', import.meta.url));

describe('decodeImage', () => {
  it('reports the error of each broken image, even while others are decoded', async () => {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    const files = await Promise.all(names.map((name) => readFile(folder + name)));
    const reason = (bytes: Uint8Array) =>
      decodeImage(bytes, [40, 60, 3], STRETCH).then(
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

  describe('resizes 8 × 4 pixels, of which the two columns on each side are white, to 4 × 4', () => {
    const white = (x: number) => (x < 2 || x > 5 ? 255 : 40);
    const pixels = Uint8Array.from({ length: 32 }, (_, i) => white(i % 8));
    let png: Buffer;
    before(async () => {
      png = await sharp(pixels, { raw: { width: 8, height: 4, channels: 1 } })
        .png()
        .toBuffer();
    });

    const fits = {
      stretch: [228, 67, 67, 228],
      crop: [40, 40, 40, 40],
      pad: [0, 0, 0, 0],
    } as const;
    for (const [fit, firstRow] of Object.entries(fits))
      it(fit, async () => {
        const resize = { ...STRETCH, fit: fit as keyof typeof fits };
        const decoded = await decodeImage(png, [4, 4, 1], resize);
        const rows = [0, 1, 2, 3].map((y) => [...decoded.pixels.subarray(4 * y, 4 * y + 4)]);
        expect(rows[0]).to.deep.equal(firstRow);
        expect(rows[1]).to.deep.equal(fit === 'pad' ? [228, 67, 67, 228] : firstRow);
        expect(rows[3]).to.deep.equal(firstRow);
      });
  });
});
