import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { FilePixels, MemoryPixels, PickedPixels } from '../../src/data/pixels.ts';
import { rejection, useFolder } from './setting.ts';

const stride = 3;
/** Picture i is i, i, i. */
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

  it('say where a file ends too early', async () => {
    const path = join(folder(), 'short.bin');
    await writeFile(path, bytes);
    const pixels = new FilePixels(path, stride);
    await truncate(path, 50 * stride);
    const message = 'ends before picture 60';
    expect((await rejection(pixels.read([1, 60]))).message).to.contain(message);
    expect(() => pixels.of(60)).to.throw(message);
  });
});
