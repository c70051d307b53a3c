import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { mcNemar, verdictOn } from '../../src/analysis/statistics.ts';

interface Case {
  readonly both: number;
  readonly first: number;
  readonly second: number;
  readonly none: number;
  readonly pValue: number;
  readonly interval: readonly [number, number];
}

const text = readFileSync(new URL('paired-reference.json', import.meta.url), 'utf8');
const cases: Case[] = JSON.parse(text);

function pairs({ both, first, second, none }: Case) {
  const of = (firstRight: boolean, secondRight: boolean, count: number) =>
    Array.from({ length: count }, () => ({ first: firstRight, second: secondRight }));
  const all = [
    ...of(true, true, both),
    ...of(true, false, first),
    ...of(false, true, second),
    ...of(false, false, none),
  ];
  return { first: all.map((each) => each.first), second: all.map((each) => each.second) };
}

describe('two classifiers on the same images', () => {
  for (const each of cases) {
    const { both, first, second, none, pValue, interval } = each;
    it(`are compared as statsmodels and scipy do: ${both}, ${first}, ${second}, ${none}`, () => {
      const verdict = verdictOn(pairs(each));
      expect(verdict).to.include({ images: both + first + second + none });
      expect(verdict).to.include({ fixed: second, broken: first });
      expect(verdict.difference).to.be.closeTo((second - first) / verdict.images, 1e-12);
      expect(verdict.pValue).to.be.closeTo(pValue, 1e-9);
      // Both intervals come from random samples; their ends vary by a few hundredths of the width.
      const width = interval[1] - interval[0];
      for (const end of [0, 1] as const) {
        expect(verdict.interval[end]).to.be.closeTo(interval[end], 0.06 * width + 1e-12);
      }
    });
  }

  it('have the same interval with the same seed', () => {
    const given = pairs(cases[1] as Case);
    expect(verdictOn(given, 3)).to.deep.equal(verdictOn(given, 3));
    expect(verdictOn(given, 3).interval).not.to.deep.equal(verdictOn(given, 4).interval);
  });

  it('have the opposite difference and the same p-value in the opposite order', () => {
    expect(mcNemar(3, 9)).to.equal(mcNemar(9, 3));
    expect(mcNemar(0, 0)).to.equal(1);
  });
});
