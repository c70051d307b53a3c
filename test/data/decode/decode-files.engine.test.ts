import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import {
  type DecodedFile,
  type DecodedFiles,
  decodeFiles,
  plainJpegHeader,
} from '../../../src/data/decode/decode-files.ts';
import { openTree } from '../../../src/data/files/source.ts';
import { useEngine } from '../../engine.ts';
import { loadContext, STRETCH, useFolder } from '../fixture.ts';

/** Cuts a JPEG within its data, but keeps the end marker. */
function damaged(whole: Uint8Array): Uint8Array {
  const end = [0xff, 0xd9];
  return Uint8Array.from([
    ...whole.subarray(0, whole.length - 40),
    ...end,
    ...new Array(20).fill(0),
  ]);
}

describe('decodeFiles', () => {
  const engine = useEngine();
  const folder = useFolder();
  /** The expected decoder of each file when the engine decodes JPEGs. */
  const expected: Record<string, string> = {};

  before(async () => {
    await mkdir(folder(), { recursive: true });
    const save = async (name: string, decoder: string, bytes: Uint8Array) => {
      expected[name] = decoder;
      await writeFile(join(folder(), name), bytes);
    };
    const noise = (width: number, height: number, sigma: number) =>
      sharp({
        create: {
          width,
          height,
          channels: 3,
          background: 'black',
          noise: { type: 'gaussian', mean: 128, sigma },
        },
      });
    // More than one JPEG batch.
    for (let i = 0; i < 300; i++)
      await save(
        `plain-${i}.jpg`,
        'engine',
        await noise(16, 12, 1 + (i % 60))
          .jpeg()
          .toBuffer(),
      );
    const square = noise(16, 12, 50);
    await save('grey.jpg', 'engine', await square.clone().toColourspace('b-w').jpeg().toBuffer());
    const other = await noise(24, 12, 50).jpeg().toBuffer();
    await save('other-size.jpg', 'sharp', other);
    await save('same.png', 'sharp', await square.clone().png().toBuffer());
    await save(
      'turned.jpg',
      'sharp',
      await noise(12, 16, 50).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    );
    await save('cmyk.jpg', 'sharp', await square.clone().toColourspace('cmyk').jpeg().toBuffer());
    const whole = await readFile(join(folder(), 'plain-7.jpg'));
    await save('truncated.jpg', 'broken', whole.subarray(0, whole.length - 20));
    const detailed = await readFile(join(folder(), 'plain-59.jpg'));
    await save('damaged.jpg', 'engine', damaged(detailed));
    await save('damaged-other-size.jpg', 'sharp', damaged(other));
  });

  async function decode(withEngine: boolean) {
    interface Decoded extends Omit<DecodedFile, 'path'> {
      decoder: string;
      pixels: Uint8Array;
    }
    const images = new Map<string, Decoded>();
    const broken = new Map<string, string>();
    await decodeFiles({
      ...loadContext([12, 16, 3]),
      tree: await openTree(folder()),
      paths: new Set([...Object.keys(expected), 'missing.jpg']),
      resize: STRETCH,
      jpegs: withEngine ? engine().jpegs : null,
      onBroken: (path, reason) => broken.set(path, reason),
      onDecoded: async ({ decoder, files, pixels }: DecodedFiles) => {
        const stride = pixels.length / files.length;
        files.forEach(({ path, ...file }, i) => {
          const own = pixels.slice(i * stride, (i + 1) * stride);
          images.set(path, { decoder, pixels: own, ...file });
        });
      },
    });
    return { images, broken };
  }

  it('chooses the decoder by the header, and decodes the same pixels as sharp alone', async () => {
    const [both, alone] = [await decode(true), await decode(false)];
    const decoders = Object.keys(expected).map((name) => [
      name,
      both.broken.has(name) ? 'broken' : both.images.get(name)?.decoder,
    ]);
    expect(Object.fromEntries(decoders)).to.deep.equal(expected);
    expect([...both.broken]).to.have.deep.members([...alone.broken]);
    expect(both.broken.get('truncated.jpg')).to.contain('premature end of JPEG image');
    expect(both.broken.get('missing.jpg')).to.contain('ENOENT');
    expect(both.images.size).to.equal(alone.images.size);
    for (const [name, { pixels, width, height }] of both.images) {
      const other = alone.images.get(name);
      expect(Buffer.compare(pixels, other?.pixels as Uint8Array), name).to.equal(0);
      expect([width, height], name).to.deep.equal([other?.width, other?.height]);
    }
    expect(both.images.get('other-size.jpg')).to.include({ width: 24, height: 12 });
    expect(both.images.get('turned.jpg')).to.include({ width: 16, height: 12 });
    const damagedFiles = [...alone.images]
      .filter(([, { damaged }]) => damaged)
      .map(([name]) => name);
    expect(damagedFiles).to.have.members(['damaged.jpg', 'damaged-other-size.jpg']);
  });
});

describe('plainJpegHeader', () => {
  const image = sharp({ create: { width: 30, height: 20, channels: 3, background: 'teal' } });
  const odd = (name: string) =>
    readFile(new URL(`../fixtures/odd/train/a/${name}`, import.meta.url));

  it('reads size and channels of files that contain only pixels', async () => {
    const size = { width: 30, height: 20 };
    const baseline = await image.clone().jpeg().toBuffer();
    expect(plainJpegHeader(baseline)).to.deep.equal({ ...size, channels: 3 });
    const progressive = await image.clone().jpeg({ progressive: true }).toBuffer();
    expect(plainJpegHeader(progressive)).to.deep.equal({ ...size, channels: 3 });
    const grey = await image.clone().toColourspace('b-w').jpeg().toBuffer();
    expect(plainJpegHeader(grey)).to.deep.equal({ ...size, channels: 1 });
  });

  it('refuses EXIF data, profiles, four channels and other formats', async () => {
    const profile = await image.clone().withIccProfile('p3').jpeg().toBuffer();
    const exif = await image
      .clone()
      .withExif({ IFD0: { Artist: 'me' } })
      .jpeg()
      .toBuffer();
    const png = await image.clone().png().toBuffer();
    for (const file of [profile, exif, png, await odd('cmyk.jpg'), await odd('exif6.jpg')])
      expect(plainJpegHeader(file)).to.equal(null);
  });

  it('refuses a file that ends within its header', async () => {
    const file = await image.clone().jpeg().toBuffer();
    const scan = file.lastIndexOf(Buffer.from([0xff, 0xda]));
    for (let length = 0; length < scan; length++)
      expect(plainJpegHeader(file.subarray(0, length)), `${length}`).to.equal(null);
  });
});
