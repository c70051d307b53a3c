import { expect } from 'chai';
import { heatOf } from '../../../src/ui/components/format.ts';

describe('the colour of a cell', () => {
  it('grows with its share, and leaves out what no text can be read on', () => {
    const parts = Array.from({ length: 101 }, (_, i) => heatOf(i / 100));
    expect(parts.map(({ part }) => part)).to.deep.equal(parts.map(({ part }) => part).sort());
    expect(parts.at(0)).to.deep.equal({ part: 0, isStrong: false });
    expect(parts.at(-1)).to.deep.equal({ part: 1, isStrong: true });
    for (const { part, isStrong } of parts)
      expect(isStrong ? part >= 0.75 : part <= 0.6).to.equal(true);
  });
});
