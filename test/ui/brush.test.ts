import { expect } from 'chai';
import { ROW_HEIGHT, rowsAround } from '../../src/ui/app/runs/run-rows.tsx';
import { brushed, isKept } from '../../src/ui/app/sweep/brush.ts';

describe('a stretch of an axis', () => {
  it('keeps the lines that go through it, whichever way it was drawn', () => {
    for (const [from, to] of [
      [0.2, 0.6],
      [0.6, 0.2],
    ] as const) {
      const brushes = brushed({}, 1, from, to);
      expect(brushes).to.deep.equal({ 1: [0.2, 0.6] });
      expect(isKept([0, 0.4, 1], brushes)).to.equal(true);
      expect(isKept([0, 0.7, 1], brushes)).to.equal(false);
      expect(isKept([0, null, 1], brushes)).to.equal(false);
    }
  });

  it('joins those of other axes, and a press takes it away', () => {
    const two = brushed(brushed({}, 0, 0, 0.5), 2, 0.5, 1);
    expect(isKept([0.4, 0, 0.6], two)).to.equal(true);
    expect(isKept([0.6, 0, 0.6], two)).to.equal(false);
    expect(brushed(two, 0, 0.3, 0.3)).to.deep.equal({ 2: [0.5, 1] });
  });
});

describe('the rows around those in view', () => {
  it('hold all that is in view, wherever, and change only now and then', () => {
    const height = 600;
    const windows = new Set<string>();
    for (let top = 0; top < 10_000 * ROW_HEIGHT; top += 97) {
      const { from, count } = rowsAround(top, height);
      expect(from).to.be.at.most(top / ROW_HEIGHT);
      expect(from + count).to.be.at.least((top + height) / ROW_HEIGHT);
      expect(count).to.be.at.most(200);
      windows.add(`${from} ${count}`);
    }
    expect(windows.size).to.be.at.most(500);
  });
});
