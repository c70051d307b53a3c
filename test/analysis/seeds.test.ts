import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { criticalT, seedNoise, twoSided } from '../../src/analysis/statistics.ts';

interface Reference {
  readonly groups: readonly {
    readonly first: number[];
    readonly second: number[];
    readonly pValue: number;
    readonly interval: readonly [number, number];
  }[];
  /** t, degrees of freedom, probability. */
  readonly tails: readonly (readonly [number, number, number])[];
}

const text = readFileSync(new URL('seeds-reference.json', import.meta.url), 'utf8');
const { groups, tails }: Reference = JSON.parse(text);

describe('the noise of seeds', () => {
  for (const { first, second, pValue, interval } of groups) {
    it(`is computed as statsmodels does: ${first.length} runs, ${second.length} runs`, () => {
      const noise = seedNoise(first, second);
      expect(noise?.pValue).to.be.closeTo(pValue, 1e-10);
      expect(noise?.interval[0]).to.be.closeTo(interval[0], 1e-10);
      expect(noise?.interval[1]).to.be.closeTo(interval[1], 1e-10);
    });
  }

  it("has the tails of scipy's t, for odd and even degrees of freedom", () => {
    for (const [t, degrees, probability] of tails) {
      expect(twoSided(t, degrees), `t ${t}, ${degrees}`).to.be.closeTo(probability, 1e-12);
      expect(twoSided(-t, degrees)).to.equal(twoSided(t, degrees));
      if (t > 0) expect(criticalT(probability, degrees)).to.be.closeTo(t, 1e-3 * t);
    }
  });

  it('is unknown without replicates, and zero if all seeds have the same value', () => {
    expect(seedNoise([0.5], [0.6])).to.equal(null);
    expect(seedNoise([], [0.6, 0.7])).to.equal(null);
    expect(seedNoise([0.5, 0.5], [0.5, 0.5])).to.include({ difference: 0, pValue: 1 });
    expect(seedNoise([0.5, 0.5], [0.75, 0.75])).to.include({ difference: 0.25, pValue: 0 });
  });
});
