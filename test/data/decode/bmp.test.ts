import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import sharp from 'sharp';
import { decodeBmp, isBmp } from '../../../src/data/decode/bmp.ts';
import { rejection } from '../fixture.ts';

const fixture = (name: string) => readFile(new URL(`../fixtures/${name}`, import.meta.url));

interface Parts {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly compression?: number;
  /** Masks or palette. */
  readonly table?: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

/** Makes a bitmap of these bytes, with the header of Windows since version 3. */
function bitmap({ width, height, bits, compression = 0, table = [], rows }: Parts): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(54 + 4 * table.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(bits <= 8 ? table.length : 0, 46);
  const words = table.map((word) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(word);
    return bytes;
  });
  return Buffer.concat([header, ...words, ...rows.map((row) => Buffer.from(row))]);
}

const colours = async (bytes: Buffer) => {
  const { pixels } = await decodeBmp(bytes);
  return Array.from({ length: pixels.length / 4 }, (_, i) => [
    ...pixels.subarray(4 * i, 4 * i + 4),
  ]);
};

describe('decodeBmp', () => {
  for (const name of ['bits-1', 'bits-8-grey', 'bits-8-palette', 'bits-24', 'bits-32'])
    it(`decodes a file written by Pillow: ${name}`, async () => {
      const bytes = await fixture(`${name}.bmp`);
      expect(isBmp(bytes)).to.equal(true);
      const { width, height, pixels } = await decodeBmp(bytes);
      expect([width, height]).to.deep.equal([9, 5]);
      const png = await sharp(await fixture(`${name}.png`))
        .toColourspace('srgb')
        .ensureAlpha()
        .raw()
        .toBuffer();
      expect([...pixels]).to.deep.equal([...png]);
    });

  it('decodes 4 bits, two pixels in a byte', async () => {
    const table = [0xff0000, 0x00ff00, 0x0000ff];
    const rows = [[0x01, 0x20, 0, 0]];
    expect(await colours(bitmap({ width: 3, height: 1, bits: 4, table, rows }))).to.deep.equal([
      [255, 0, 0, 255],
      [0, 255, 0, 255],
      [0, 0, 255, 255],
    ]);
  });

  it('decodes 16 bits, five for each colour or six for green', async () => {
    const rows = [[0xff, 0x7f, 0x1f, 0x00]];
    expect(await colours(bitmap({ width: 2, height: 1, bits: 16, rows }))).to.deep.equal([
      [255, 255, 255, 255],
      [0, 0, 255, 255],
    ]);
    const masks = { compression: 3, table: [0xf800, 0x07e0, 0x001f] };
    const green = [[0xe0, 0x07, 0x00, 0x80]];
    expect(
      await colours(bitmap({ width: 2, height: 1, bits: 16, ...masks, rows: green })),
    ).to.deep.equal([
      [0, 255, 0, 255],
      [132, 0, 0, 255],
    ]);
  });

  it('decodes transparency if there is an alpha mask', async () => {
    const masks = { compression: 6, table: [0xff0000, 0xff00, 0xff, 0xff000000] };
    const rows = [[1, 2, 3, 128]];
    const [pixel] = await colours(bitmap({ width: 1, height: 1, bits: 32, ...masks, rows }));
    expect(pixel).to.deep.equal([3, 2, 1, 128]);
  });

  it('decodes rows from the bottom up, or from the top down if the height is negative', async () => {
    const rows = [
      [10, 10, 10, 0],
      [20, 20, 20, 0],
    ];
    const reds = async (height: number) =>
      (await colours(bitmap({ width: 1, height, bits: 24, rows }))).map(([red]) => red);
    expect(await reds(2)).to.deep.equal([20, 10]);
    expect(await reds(-2)).to.deep.equal([10, 20]);
  });

  it('refuses truncated, too large and compressed bitmaps, and colours outside the palette', async () => {
    const whole = await fixture('bits-24.bmp');
    const refusal = async (bytes: Buffer) => (await rejection(decodeBmp(bytes))).message;
    expect(await refusal(whole.subarray(0, 100))).to.equal('BMP is truncated');
    expect(await rejection(decodeBmp(whole.subarray(0, 20)))).to.be.instanceOf(RangeError);
    const rows = [[1, 0, 0, 0]];
    const small = { width: 1, height: 1, rows };
    expect(await refusal(bitmap({ width: 20000, height: 13000, bits: 24, rows }))).to.equal(
      'BMP of 20000 x 13000 pixels; it may have up to 67108864 pixels',
    );
    expect(await refusal(bitmap({ ...small, bits: 8, compression: 1 }))).to.equal(
      'BMP with compression 1 is not supported; save it as PNG',
    );
    expect(await refusal(bitmap({ ...small, bits: 8, table: [0] }))).to.equal(
      'BMP uses colour 1 of a palette of 1',
    );
    expect(await refusal(bitmap({ ...small, bits: 5 }))).to.equal(
      'BMP of 5 bits a pixel; supported are 1, 4, 8, 16, 24 and 32',
    );
  });

  it('lets other events through while it decodes a large bitmap', async () => {
    const rows = Array.from({ length: 2048 }, () => Array(256).fill(0));
    const table = [0x000000, 0xffffff];
    let turns = 0;
    const counting = setInterval(() => {
      turns++;
    });
    await decodeBmp(bitmap({ width: 2048, height: 2048, bits: 1, table, rows }));
    clearInterval(counting);
    expect(turns).to.be.at.least(3);
  });
});
