import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  ConcatenatedPixels,
  FilePixels,
  MemoryPixels,
  SelectedPixels,
} from '../../src/data/pixels.ts';
import { rejection, useFolder } from './fixture.ts';

const stride = 3;
/** All bytes of image i are i. */
const bytes = Uint8Array.from({ length: 100 * stride }, (_, at) => Math.floor(at / stride));

describe('pixels', () => {
  const folder = useFolder();

  it('read several images from memory and from a file', async () => {
    const path = join(folder(), 'pixels.bin');
    await writeFile(path, bytes);
    for (const pixels of [new MemoryPixels(bytes, stride), new FilePixels(path, stride)]) {
      expect([...(await pixels.read([7, 0, 99, 7]))]).to.deep.equal([
        7, 7, 7, 0, 0, 0, 99, 99, 99, 7, 7, 7,
      ]);
      expect([...pixels.of(42)]).to.deep.equal([42, 42, 42]);
      const selected = new SelectedPixels(pixels, Int32Array.of(50, 60));
      expect([...(await selected.read([1, 0]))]).to.deep.equal([60, 60, 60, 50, 50, 50]);
      expect(await pixels.read([])).to.have.length(0);
    }
  });

  it('read consecutive images, also from several parts', async () => {
    const path = join(folder(), 'runs.bin');
    await writeFile(path, bytes);
    const concatenated = new ConcatenatedPixels();
    expect(concatenated.add(new FilePixels(path, stride), 100)).to.equal(0);
    expect(concatenated.add(new MemoryPixels(bytes, stride), 100)).to.equal(100);
    const order = [5, 6, 7, 103, 104, 8, 10, 9, 199, 0];
    const firsts = (await concatenated.read(order)).filter((_, at) => at % stride === 0);
    expect([...firsts]).to.deep.equal(order.map((index) => index % 100));
    expect([...concatenated.of(103)]).to.deep.equal([3, 3, 3]);
    expect(concatenated.digest(3)).to.deep.equal(concatenated.digest(103));
    expect(concatenated.digest(3)).not.to.deep.equal(concatenated.digest(104));
    expect(() => concatenated.of(200)).to.throw('image index 200 is out of range');
  });

  it('report where a truncated file ends', async () => {
    const path = join(folder(), 'short.bin');
    await writeFile(path, bytes);
    const pixels = new FilePixels(path, stride);
    await truncate(path, 50 * stride);
    const message = 'ends before image 60';
    expect((await rejection(pixels.read([1, 60]))).message).to.contain(message);
    const run = rejection(pixels.read([48, 49, 50, 51]));
    expect((await run).message).to.contain('ends before image 50');
    expect(() => pixels.of(60)).to.throw(message);
  });
});
