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
  it('has a rung at the first epochs and at their multiples by eta, but not at the last epoch', () => {
    expect(rungs(config, 54)).to.deep.equal([2, 6, 18]);
    expect(rungs(config, 55)).to.deep.equal([2, 6, 18, 54]);
    expect(rungs({ ...config, minEpochs: 1, eta: 2 }, 8)).to.deep.equal([1, 2, 4]);
    expect(rungs(config, 2)).to.deep.equal([]);
  });

  it('lets the first run continue, and then the best of a few', () => {
    expect(continues(config, 0.1, [])).to.equal(true);
    expect(continues(config, 0.2, [0.1])).to.equal(true);
    expect(continues(config, 0.1, [0.2])).to.equal(false);
    expect(continues(config, 0.2, [0.2])).to.equal(true);
  });

  it('lets the best third of many runs continue', () => {
    const others = [0.1, 0.2, 0.3, 0.4, 0.5];
    expect(continues(config, 0.45, others)).to.equal(true);
    expect(continues(config, 0.35, others)).to.equal(false);
    expect(continues({ ...config, eta: 2 }, 0.35, others)).to.equal(true);
  });

  it('prefers a lower loss, and any number to NaN', () => {
    const loss: AshaConfig = { ...config, metric: { name: 'val_loss', goal: 'minimize' } };
    expect(continues(loss, 0.1, [0.2, 0.3])).to.equal(true);
    expect(continues(loss, 0.3, [0.2, 0.1])).to.equal(false);
    expect(continues(loss, Number.NaN, [])).to.equal(false);
    expect(continues(loss, 9, [Number.NaN])).to.equal(true);
  });

  it('lets one run of eta continue in the long run, in random orders', () => {
    const runs = 3000;
    // The rank of a run among the earlier ones is uniform, and independent of their ranks: the number
    // of runs that continue is close to binomial.
    const share = 1 / config.eta;
    const deviation = Math.sqrt((share * (1 - share)) / runs);
    const order = fc.shuffledSubarray(
      Array.from({ length: runs }, (_, i) => i),
      { minLength: runs },
    );
    fc.assert(
      fc.property(fc.noBias(order), (values) => {
        const continued = values.filter((value, i) => continues(config, value, values.slice(0, i)));
        // A true implementation fails once in some hundred million orders.
        expect(continued.length / runs).to.be.closeTo(share, 6 * deviation);
      }),
      { numRuns: 5 },
    );
  });
});
