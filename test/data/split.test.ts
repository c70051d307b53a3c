import { expect } from 'chai';
import fc from 'fast-check';
import { draw, evenShares, indicesByLabel, proportionalShares } from '../../src/data/split.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 12 });

describe('selecting images', () => {
  it('takes a fraction of each class within one image, and of the total exactly', () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 0, max: 1, noNaN: true }), (sizes, fraction) => {
        const total = Math.round(fraction * sum(sizes));
        const shares = proportionalShares(sizes, total);
        expect(sum(shares)).to.equal(total);
        shares.forEach((share, label) => {
          const size = sizes[label] as number;
          expect(share).to.be.within(0, size);
          expect(Math.abs(share - (size * total) / sum(sizes))).to.be.below(1);
        });
      }),
    );
  });

  it('spreads a limit evenly: no class gives two more images than one with images left', () => {
    fc.assert(
      fc.property(sizes, fc.nat(2500), (sizes, limit) => {
        const shares = evenShares(sizes, limit);
        expect(sum(shares)).to.equal(Math.min(limit, sum(sizes)));
        const largest = Math.max(...shares);
        shares.forEach((share, label) => {
          const size = sizes[label] as number;
          expect(share).to.be.at.most(size);
          if (share < size) expect(share).to.be.at.least(largest - 1);
        });
      }),
    );
  });

  it('draws each index once, from its own class, and the same ones for the same key', () => {
    const labels = fc.array(fc.nat(4), { maxLength: 200 }).map((list) => Int32Array.from(list));
    fc.assert(
      fc.property(labels, fc.integer(), (labels, seed) => {
        const indices = indicesByLabel(labels, 5);
        const shares = indices.map((own) => Math.floor(own.length / 2));
        const { drawn, left } = draw(indices, shares, [seed]);
        expect(drawn.map((own) => own.length)).to.deep.equal(shares);
        drawn.forEach((own, label) => {
          expect(own.every((index) => labels[index] === label)).to.equal(true);
        });
        const all = [...drawn.flat(), ...left.flat()].sort((a, b) => a - b);
        expect(all).to.deep.equal([...labels.keys()]);
        expect(draw(indices, shares, [seed])).to.deep.equal({ drawn, left });
      }),
    );
  });

  it('draws other indices with another seed', () => {
    const indices = [[...Array(50).keys()]];
    expect(draw(indices, [25], [1]).drawn).to.not.deep.equal(draw(indices, [25], [2]).drawn);
  });
});
