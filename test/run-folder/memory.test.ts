import { expect } from 'chai';
import { MemoryWatch } from '../../src/run-folder/memory.ts';

describe('the watch over memory', () => {
  /** The watch after some epochs, and its warnings. */
  function watched(epochs: number, use: (epoch: number) => { tensors?: number; mb?: number }) {
    const watch = new MemoryWatch();
    const lines = Array.from({ length: epochs }, (_, i) => {
      const { tensors = 100, mb = 500 } = use(i);
      return watch.epochEnd({ tensors, residentBytes: mb * 1e6 });
    });
    return { warnings: lines.filter((line) => line !== null), watch };
  }

  it('warns once if each epoch keeps a tensor', () => {
    const { warnings } = watched(60, (epoch) => ({ tensors: 100 + epoch }));
    expect(warnings).to.deep.equal([
      'memory grows from epoch to epoch: from 100 tensors and 500 MB 19 epochs ago to 119 tensors and 500 MB now',
    ]);
  });

  it('warns if the resident size grows, even if it falls at times', () => {
    const { warnings } = watched(60, (epoch) => ({ mb: 500 + 10 * epoch - 25 * (epoch % 3) }));
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(/^memory grows/);
  });

  it('does not warn about memory that varies, or grows only as training starts', () => {
    expect(watched(90, (epoch) => ({ mb: 500 + 200 * (epoch % 7) })).warnings).to.deep.equal([]);
    expect(watched(90, (epoch) => ({ mb: 900 - 400 / (epoch + 1) })).warnings).to.deep.equal([]);
    expect(watched(90, (epoch) => ({ tensors: 100 + (epoch % 4) })).warnings).to.deep.equal([]);
  });

  it('watches each phase separately', () => {
    const watch = new MemoryWatch();
    for (let phase = 0; phase < 9; phase++) {
      watch.phaseBegin();
      for (let epoch = 0; epoch < 5; epoch++) {
        const use = { tensors: 100 * (phase + 1), residentBytes: 5e8 };
        expect(watch.epochEnd(use)).to.equal(null);
      }
    }
  });

  it('summarizes the first, the last and the peak use', () => {
    const { watch } = watched(3, (epoch) => ({ tensors: [7, 9, 8][epoch] ?? 0 }));
    expect(watch.summary()).to.deep.equal({
      tensors: { first: 7, last: 8, peak: 9 },
      residentBytes: { first: 5e8, last: 5e8, peak: 5e8 },
    });
    expect(new MemoryWatch().summary()).to.equal(null);
  });
});
