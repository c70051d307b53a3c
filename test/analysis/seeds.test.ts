import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type BySeed, criticalT, seedNoise, twoSided } from '../../src/analysis/statistics.ts';

interface Groups {
  readonly first: number[];
  readonly second: number[];
  readonly pValue: number;
  readonly interval: readonly [number, number];
}

interface Reference {
  readonly groups: readonly Groups[];
  /** Each value of the second is of the same seed as that of the first at its place. */
  readonly pairs: readonly Groups[];
  /** t, degrees of freedom, probability. */
  readonly tails: readonly (readonly [number, number, number])[];
}

const text = readFileSync(new URL('seeds-reference.json', import.meta.url), 'utf8');
const { groups, pairs, tails }: Reference = JSON.parse(text);

const bySeed = (values: readonly number[], firstSeed = 0): BySeed =>
  new Map(values.map((value, i) => [firstSeed + i, value]));

describe('the noise of seeds', () => {
  for (const { first, second, pValue, interval } of groups) {
    it(`is computed as statsmodels does: ${first.length} runs, ${second.length} runs`, () => {
      const noise = seedNoise(bySeed(first), bySeed(second, 100));
      expect(noise?.isPaired).to.equal(false);
      expect(noise?.pValue).to.be.closeTo(pValue, 1e-10);
      expect(noise?.interval[0]).to.be.closeTo(interval[0], 1e-10);
      expect(noise?.interval[1]).to.be.closeTo(interval[1], 1e-10);
    });
  }

  for (const { first, second, pValue, interval } of pairs) {
    it(`compares each of ${first.length} seeds with itself, as scipy does, in any order`, () => {
      const noise = seedNoise(bySeed(first), new Map([...bySeed(second)].reverse()));
      expect(noise?.isPaired).to.equal(true);
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
    const noise = (first: number[], second: number[]) => seedNoise(bySeed(first), bySeed(second));
    expect(noise([0.5], [0.6])).to.equal(null);
    expect(noise([], [0.6, 0.7])).to.equal(null);
    expect(noise([0.5, 0.5], [0.5, 0.5])).to.include({ difference: 0, pValue: 1 });
    expect(noise([0.5, 0.5], [0.75, 0.75])).to.include({ difference: 0.25, pValue: 0 });
  });
});
