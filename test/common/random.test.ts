import { expect } from 'chai';
import fc from 'fast-check';
import { engineKey, shuffled, uniforms } from '../../src/common/random.ts';

const key = fc.array(fc.oneof(fc.integer(), fc.string()), { minLength: 1, maxLength: 4 });

describe('random streams', () => {
  it('shuffle all indices, in the same order for the same key', () => {
    fc.assert(
      fc.property(fc.nat(300), key, (length, key) => {
        const order = shuffled(length, key);
        expect([...order].sort((a, b) => a - b)).to.deep.equal([...Array(length).keys()]);
        expect(shuffled(length, key)).to.deep.equal(order);
      }),
    );
  });

  it('keep the numbers of earlier versions', () => {
    // Computed with OpenSSL: the first 8 bytes of AES-256-CTR with the SHA-256 of the key's JSON, and of that hash.
    expect(uniforms(1, [42, 'shuffle', 1])[0]).to.equal(0.9010554374392123);
    expect(engineKey([42, 'augment', 1])).to.deep.equal([0x701cf976 >>> 1, 0x22cb821c >>> 1]);
    expect([...shuffled(10, [42, 'shuffle', 1])]).to.deep.equal([3, 2, 7, 5, 8, 0, 4, 9, 1, 6]);
  });

  it('differ between keys whose parts join to the same text', () => {
    expect(shuffled(50, [1, 23])).to.not.deep.equal(shuffled(50, [12, 3]));
    expect(engineKey([1, 'a'])).to.not.deep.equal(engineKey(['1', 'a']));
  });

  it('are uniform in [0, 1)', () => {
    const count = 100_000;
    const bins = new Float64Array(20);
    for (const u of uniforms(count, ['uniform'])) {
      expect(u).to.be.within(0, 1 - 2 ** -53);
      bins[Math.floor(u * 20)] = (bins[Math.floor(u * 20)] as number) + 1;
    }
    const chiSquare = bins.reduce((sum, n) => sum + (n - count / 20) ** 2 / (count / 20), 0);
    // 19 degrees of freedom: the probability of a larger value is 0.001.
    expect(chiSquare).to.be.below(43.8);
  });

  it('move each index to each place equally often', () => {
    const counts = new Int32Array(25);
    for (let i = 0; i < 5000; i++)
      shuffled(5, ['places', i]).forEach((index, place) => {
        counts[index * 5 + place] = (counts[index * 5 + place] as number) + 1;
      });
    for (const count of counts) expect(count).to.be.within(880, 1120);
  });

  it('give the engine keys of 31 bits', () => {
    fc.assert(
      fc.property(key, (key) => {
        for (const part of engineKey(key)) expect(part).to.be.within(0, 2 ** 31 - 1);
      }),
    );
  });
});
