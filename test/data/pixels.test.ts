import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ChainedPixels, FilePixels, MemoryPixels, PickedPixels } from '../../src/data/pixels.ts';
import { rejection, useFolder } from './setting.ts';

const stride = 3;
/** Image i is i, i, i. */
const bytes = Uint8Array.from({ length: 100 * stride }, (_, at) => Math.floor(at / stride));

describe('pixels', () => {
  const folder = useFolder();

  it('are read by many from memory and from a file as one by one', async () => {
    const path = join(folder(), 'pixels.bin');
    await writeFile(path, bytes);
    for (const pixels of [new MemoryPixels(bytes, stride), new FilePixels(path, stride)]) {
      expect([...(await pixels.read([7, 0, 99, 7]))]).to.deep.equal([
        7, 7, 7, 0, 0, 0, 99, 99, 99, 7, 7, 7,
      ]);
      expect([...pixels.of(42)]).to.deep.equal([42, 42, 42]);
      const picked = new PickedPixels(pixels, Int32Array.of(50, 60));
      expect([...(await picked.read([1, 0]))]).to.deep.equal([60, 60, 60, 50, 50, 50]);
      expect(await pixels.read([])).to.have.length(0);
    }
  });

  it('are read by runs of neighbours, and from several places in turn', async () => {
    const path = join(folder(), 'runs.bin');
    await writeFile(path, bytes);
    const chained = new ChainedPixels();
    expect(chained.add(new FilePixels(path, stride), 100)).to.equal(0);
    expect(chained.add(new MemoryPixels(bytes, stride), 100)).to.equal(100);
    const order = [5, 6, 7, 103, 104, 8, 10, 9, 199, 0];
    const firsts = (await chained.read(order)).filter((_, at) => at % stride === 0);
    expect([...firsts]).to.deep.equal(order.map((index) => index % 100));
    expect([...chained.of(103)]).to.deep.equal([3, 3, 3]);
    expect(chained.digest(3)).to.deep.equal(chained.digest(103));
    expect(chained.digest(3)).not.to.deep.equal(chained.digest(104));
    expect(() => chained.of(200)).to.throw('there is no image 200');
  });

  it('say where a file ends too early', async () => {
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
