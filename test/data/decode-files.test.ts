import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import {
  type DecodedFile,
  type DecodedFiles,
  decodeFiles,
} from '../../src/data/decode/decode-files.ts';
import { directoryTree } from '../../src/data/files/tree.ts';
import { useEngine } from '../engine.ts';
import { loadContext, useFolder } from './setting.ts';

/** A JPEG that ends in the midst of its data, with the marker that ends every one. */
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
  /** File names and who is to decode them with the engine. */
  const who: Record<string, string> = {};

  before(async () => {
    await mkdir(folder(), { recursive: true });
    const save = async (name: string, decoder: string, bytes: Uint8Array) => {
      who[name] = decoder;
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
    // More than one batch of the engine.
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
      tree: directoryTree(folder()),
      paths: new Set([...Object.keys(who), 'missing.jpg']),
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

  it('gives each file to the one that its header calls for, and the same pixels as sharp alone', async () => {
    const [both, alone] = [await decode(true), await decode(false)];
    const decoders = Object.keys(who).map((name) => [
      name,
      both.broken.has(name) ? 'broken' : both.images.get(name)?.decoder,
    ]);
    expect(Object.fromEntries(decoders)).to.deep.equal(who);
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
    const told = [...alone.images].filter(([, { damaged }]) => damaged).map(([name]) => name);
    expect(told).to.have.members(['damaged.jpg', 'damaged-other-size.jpg']);
  });
});
