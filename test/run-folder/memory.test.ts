import { expect } from 'chai';
import { MemoryWatch } from '../../src/run-folder/memory.ts';

describe('the watch over memory', () => {
  /** What it says after each epoch. */
  function watched(epochs: number, use: (epoch: number) => { tensors?: number; mb?: number }) {
    const watch = new MemoryWatch();
    const said = Array.from({ length: epochs }, (_, i) => {
      const { tensors = 100, mb = 500 } = use(i);
      return watch.epochEnd({ tensors, residentBytes: mb * 1e6 });
    });
    return { warnings: said.filter((line) => line !== null), watch };
  }

  it('says once that one tensor an epoch is kept', () => {
    const { warnings } = watched(60, (epoch) => ({ tensors: 100 + epoch }));
    expect(warnings).to.deep.equal([
      'memory grows from epoch to epoch: from 100 tensors and 500 MB 19 epochs ago to 119 tensors and 500 MB now',
    ]);
  });

  it('says that the resident size grows, though it falls now and then', () => {
    const { warnings } = watched(60, (epoch) => ({ mb: 500 + 10 * epoch - 25 * (epoch % 3) }));
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(/^memory grows/);
  });

  it('is silent about memory that comes and goes, or is taken as training begins', () => {
    expect(watched(90, (epoch) => ({ mb: 500 + 200 * (epoch % 7) })).warnings).to.deep.equal([]);
    expect(watched(90, (epoch) => ({ mb: 900 - 400 / (epoch + 1) })).warnings).to.deep.equal([]);
    expect(watched(90, (epoch) => ({ tensors: 100 + (epoch % 4) })).warnings).to.deep.equal([]);
  });

  it('takes each phase for itself', () => {
    const watch = new MemoryWatch();
    for (let phase = 0; phase < 9; phase++) {
      watch.phaseBegin();
      for (let epoch = 0; epoch < 5; epoch++) {
        const use = { tensors: 100 * (phase + 1), residentBytes: 5e8 };
        expect(watch.epochEnd(use)).to.equal(null);
      }
    }
  });

  it('sums up the first, the last and the most', () => {
    const { watch } = watched(3, (epoch) => ({ tensors: [7, 9, 8][epoch] ?? 0 }));
    expect(watch.summary()).to.deep.equal({
      tensors: { first: 7, last: 8, peak: 9 },
      residentBytes: { first: 5e8, last: 5e8, peak: 5e8 },
    });
    expect(new MemoryWatch().summary()).to.equal(null);
  });
});
