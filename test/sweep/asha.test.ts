import { expect } from 'chai';
import fc from 'fast-check';
import type { AshaConfig } from '../../src/experiment/experiment.ts';
import { continues, rungs } from '../../src/sweep/asha.ts';

const config: AshaConfig = {
  metric: { name: 'val_accuracy', goal: 'maximize' },
  eta: 3,
  minEpochs: 2,
};

describe('successive halving', () => {
  it('judges after the first rung and its multiples by eta, not after the last epoch', () => {
    expect(rungs(config, 54)).to.deep.equal([2, 6, 18]);
    expect(rungs(config, 55)).to.deep.equal([2, 6, 18, 54]);
    expect(rungs({ ...config, minEpochs: 1, eta: 2 }, 8)).to.deep.equal([1, 2, 4]);
    expect(rungs(config, 2)).to.deep.equal([]);
  });

  it('lets the first to come go on, and then whoever is the best of few', () => {
    expect(continues(config, 0.1, [])).to.equal(true);
    expect(continues(config, 0.2, [0.1])).to.equal(true);
    expect(continues(config, 0.1, [0.2])).to.equal(false);
    expect(continues(config, 0.2, [0.2])).to.equal(true);
  });

  it('lets the best third of many go on', () => {
    const others = [0.1, 0.2, 0.3, 0.4, 0.5];
    expect(continues(config, 0.45, others)).to.equal(true);
    expect(continues(config, 0.35, others)).to.equal(false);
    expect(continues({ ...config, eta: 2 }, 0.35, others)).to.equal(true);
  });

  it('knows that less is better of a loss, and that no number is worse than any', () => {
    const loss: AshaConfig = { ...config, metric: { name: 'val_loss', goal: 'minimize' } };
    expect(continues(loss, 0.1, [0.2, 0.3])).to.equal(true);
    expect(continues(loss, 0.3, [0.2, 0.1])).to.equal(false);
    expect(continues(loss, Number.NaN, [])).to.equal(false);
    expect(continues(loss, 9, [Number.NaN])).to.equal(true);
  });

  it('lets one of eta go on from each rung in the long run, in whatever order they come', () => {
    const values = fc.shuffledSubarray(
      Array.from({ length: 300 }, (_, i) => i),
      { minLength: 300 },
    );
    fc.assert(
      fc.property(values, (order) => {
        const on = order.filter((value, i) => continues(config, value, order.slice(0, i)));
        expect(on.length / order.length).to.be.within(0.25, 0.42);
      }),
      { numRuns: 20 },
    );
  });
});
