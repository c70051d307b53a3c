import { expect } from 'chai';
import { betas } from '../../../src/data/augment/mix.ts';

const COUNT = 20_000;

/** scipy.stats.beta.ppf([0.05, 0.25, 0.4], alpha, alpha) */
const QUANTILES: Readonly<Record<string, readonly number[]>> = {
  '0.2': [7.74388579e-6, 0.0238147188, 0.216341859],
  1: [0.05, 0.25, 0.4],
  2: [0.135350362, 0.326351822, 0.432931077],
  16: [0.356572137, 0.44013229, 0.477442987],
  10000: [0.494184688, 0.497615302, 0.499104272],
};

describe('the weights of mixup and cutmix', () => {
  for (const [alpha, quantiles] of Object.entries(QUANTILES)) {
    it(`have the distribution Beta(${alpha}, ${alpha})`, () => {
      const draws = betas(COUNT, Number(alpha), [1, 'test']);
      for (const [i, share] of [0.05, 0.25, 0.4].entries()) {
        const limit = quantiles[i] as number;
        const tolerance = 4.5 * Math.sqrt((share * (1 - share)) / COUNT);
        const below = draws.filter((draw) => draw < limit).length / COUNT;
        const above = draws.filter((draw) => draw > 1 - limit).length / COUNT;
        expect(below, `below ${limit}`).to.be.closeTo(share, tolerance);
        expect(above, `above ${1 - limit}`).to.be.closeTo(share, tolerance);
      }
    });
  }

  it('are 0 or 1 for a tiny alpha, half of each', () => {
    for (const alpha of [1e-30, Number.MIN_VALUE]) {
      const draws = betas(COUNT, alpha, [1, 'test']);
      expect(new Set(draws)).to.deep.equal(new Set([0, 1]));
      expect(draws.filter((draw) => draw === 1).length / COUNT).to.be.closeTo(0.5, 0.016);
    }
  });

  it('are a half for a huge alpha', () => {
    for (const alpha of [1e12, 1e300, Number.MAX_VALUE]) {
      for (const draw of betas(100, alpha, [1, 'test'])) expect(draw).to.be.closeTo(0.5, 1e-5);
    }
  });

  it('depend on the key alone', () => {
    expect(betas(5, 0.2, [1, 'a'])).to.deep.equal(betas(5, 0.2, [1, 'a']));
    expect(betas(5, 0.2, [1, 'a'])).to.not.deep.equal(betas(5, 0.2, [1, 'b']));
  });
});
