import { expect } from 'chai';
import type { Pixels } from '../../src/data/pixels.ts';
import { Rows } from '../../src/data/rows.ts';
import { useEngine } from '../engine.ts';

/** Of row i, all bytes are i modulo 256. */
const pixelsOf = (stride: number): Pixels => ({
  of: (index) => new Uint8Array(stride).fill(index),
  read: async (indices) => Buffer.concat(Array.from(indices, (i) => Buffer.alloc(stride, i))),
  digest: () => new Uint8Array(32),
});

describe('Rows', () => {
  const engine = useEngine();

  async function taken(count: number, stride: number, again: boolean) {
    const rows = new Rows({ pixels: pixelsOf(stride), count, stride, again, engine: engine() });
    const { words, at, dispose } = await rows.take(Int32Array.of(3, 1));
    const bytes = new Uint8Array(words.gather(at).dataSync().buffer);
    const found = [bytes[0], bytes[stride - 1], bytes[4 * Math.ceil(stride / 4)]];
    const held = words.shape[0];
    dispose();
    await rows.dispose();
    return { held, found };
  }

  for (const stride of [8, 7])
    it(`are held where they are taken again, of ${stride} bytes`, async () => {
      expect(await taken(5, stride, true)).to.deep.equal({ held: 5, found: [3, 3, 1] });
      expect(await taken(5, stride, false)).to.deep.equal({ held: 2, found: [3, 3, 1] });
    });

  it('are read as they are taken where they are more than the memory, or than an array has', async () => {
    for (const count of [2 ** 20 + 1, 2 ** 40])
      expect(await taken(count, 4096, true)).to.deep.equal({ held: 2, found: [3, 3, 1] });
  });
});
