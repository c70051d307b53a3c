import { expect } from 'chai';
import { ROW_HEIGHT, rowsAround } from '../../../src/ui/app/runs/run-rows.tsx';

describe('rowsAround', () => {
  it('contains all visible rows at every scroll position, and rarely changes', () => {
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
