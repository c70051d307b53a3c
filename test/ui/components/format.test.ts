import { expect } from 'chai';
import { cellShade } from '../../../src/ui/components/format.ts';

describe('cellShade', () => {
  it('grows with the share and skips the shades on which no text is readable', () => {
    const shades = Array.from({ length: 101 }, (_, i) => cellShade(i / 100));
    const amounts = shades.map(({ amount }) => amount);
    expect(amounts).to.deep.equal(amounts.toSorted());
    expect(shades.at(0)).to.deep.equal({ amount: 0, isStrong: false });
    expect(shades.at(-1)).to.deep.equal({ amount: 1, isStrong: true });
    for (const { amount, isStrong } of shades)
      expect(isStrong ? amount >= 0.75 : amount <= 0.6).to.equal(true);
  });
});
