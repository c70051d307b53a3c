import { expect } from 'chai';
import { Rows } from '../../../src/data/batches/rows.ts';
import type { Pixels } from '../../../src/data/pixels.ts';
import { useEngine } from '../../engine.ts';

/** All bytes of row i are i modulo 256. */
const pixelsOf = (stride: number): Pixels => ({
  of: (index) => new Uint8Array(stride).fill(index),
  read: async (indices) => Buffer.concat(Array.from(indices, (i) => Buffer.alloc(stride, i))),
  digest: () => new Uint8Array(32),
});

describe('Rows', () => {
  const engine = useEngine();

  async function read(count: number, stride: number, reused: boolean) {
    const rows = new Rows({ pixels: pixelsOf(stride), count, stride, reused, engine: engine() });
    const { packed, positions, dispose } = await rows.read(Int32Array.of(3, 1));
    const bytes = new Uint8Array(packed.gather(positions).dataSync().buffer);
    const found = [bytes[0], bytes[stride - 1], bytes[4 * Math.ceil(stride / 4)]];
    const inTensor = packed.shape[0];
    dispose();
    await rows.dispose();
    return { inTensor, found };
  }

  for (const stride of [8, 7])
    it(`of ${stride} bytes are resident if they are reused`, async () => {
      expect(await read(5, stride, true)).to.deep.equal({ inTensor: 5, found: [3, 3, 1] });
      expect(await read(5, stride, false)).to.deep.equal({ inTensor: 2, found: [3, 3, 1] });
    });

  it('are read for each batch if they exceed the memory or a typed array', async () => {
    for (const count of [2 ** 20 + 1, 2 ** 40])
      expect(await read(count, 4096, true)).to.deep.equal({ inTensor: 2, found: [3, 3, 1] });
  });
});
