import { expect } from 'chai';
import { isInRanges, withRange } from '../../../src/ui/app/sweep/parallel-coordinates.tsx';

describe('ranges of parallel coordinates', () => {
  it('select the lines within them, in either direction of the drag', () => {
    for (const [from, to] of [
      [0.2, 0.6],
      [0.6, 0.2],
    ] as const) {
      const ranges = withRange({}, 1, from, to);
      expect(ranges).to.deep.equal({ 1: [0.2, 0.6] });
      expect(isInRanges([0, 0.4, 1], ranges)).to.equal(true);
      expect(isInRanges([0, 0.7, 1], ranges)).to.equal(false);
      expect(isInRanges([0, null, 1], ranges)).to.equal(false);
    }
  });

  it('combine across axes, and a click clears one', () => {
    const two = withRange(withRange({}, 0, 0, 0.5), 2, 0.5, 1);
    expect(isInRanges([0.4, 0, 0.6], two)).to.equal(true);
    expect(isInRanges([0.6, 0, 0.6], two)).to.equal(false);
    expect(withRange(two, 0, 0.3, 0.3)).to.deep.equal({ 2: [0.5, 1] });
  });
});
