import { expect } from 'chai';
import fc from 'fast-check';
import { listTrials } from '../../src/config/trials.ts';
import type { SweepConfig } from '../../src/experiment/experiment.ts';

const a = { values: [1, 2] };
const b = { values: ['x', 'y', 'z'] };

function trialsOf(written: Partial<SweepConfig>, seed: number) {
  const defaults: SweepConfig = {
    method: 'grid',
    metric: { name: 'val_loss', goal: 'minimize' },
    parameters: {},
    trials: null,
    seeds: 1,
    include: [],
    exclude: [],
    asha: null,
    retries: 0,
  };
  return listTrials({ ...defaults, ...written }, seed);
}

describe('the trials of a sweep', () => {
  it('of a grid are all combinations, and the last setting changes fastest', () => {
    expect(trialsOf({ parameters: { a, b } }, 0)).to.deep.equal([
      { a: 1, b: 'x' },
      { a: 1, b: 'y' },
      { a: 1, b: 'z' },
      { a: 2, b: 'x' },
      { a: 2, b: 'y' },
      { a: 2, b: 'z' },
    ]);
  });

  it('of a zip are the first values, the second values, and so on', () => {
    const parameters = { a, b: { values: [3, 4] } };
    expect(trialsOf({ method: 'zip', parameters }, 0)).to.deep.equal([
      { a: 1, b: 3 },
      { a: 2, b: 4 },
    ]);
  });

  it('exclude each combination that contains an excluded one', () => {
    const exclude = [{ a: 1, b: 'y' }, { b: 'z' }];
    expect(trialsOf({ parameters: { a, b }, exclude }, 0)).to.deep.equal([
      { a: 1, b: 'x' },
      { a: 2, b: 'x' },
      { a: 2, b: 'y' },
    ]);
  });

  it('include named combinations, even excluded ones, and none twice', () => {
    const include = [{ a: 1 }, { c: [5] }, { c: [5] }];
    const trials = trialsOf({ parameters: { a }, exclude: [{ a: 1 }], include }, 0);
    expect(trials).to.deep.equal([{ a: 2 }, { a: 1 }, { c: [5] }]);
  });

  it("run with each seed, listed or counted from the experiment's seed", () => {
    const one = { parameters: { a: { values: [1] } } };
    const seedsOf = (seeds: number | number[]) =>
      trialsOf({ ...one, seeds }, 40).map(({ seed }) => seed);
    expect(seedsOf(1)).to.deep.equal([undefined]);
    expect(seedsOf(3)).to.deep.equal([40, 41, 42]);
    expect(seedsOf([7, 3])).to.deep.equal([7, 3]);
  });

  it('are at most ten thousand', () => {
    const values = Array.from({ length: 100 }, (_, i) => i);
    const parameters = { a: { values }, b: { values } };
    expect(trialsOf({ parameters }, 0)).to.have.length(10_000);
    const tooMany = /at most 10000 trials/;
    expect(() => trialsOf({ parameters, seeds: 2 }, 0)).to.throw(tooMany);
    const three = { ...parameters, c: { values } };
    expect(() => trialsOf({ parameters: three }, 0)).to.throw(tooMany);
    const random = { method: 'random', trials: 1e9, parameters: { a } } as const;
    expect(() => trialsOf(random, 0)).to.throw(tooMany);
  });

  describe('drawn at random', () => {
    const draws = (parameter: object, trials = 4000, seed = 1, name = 'a') =>
      trialsOf({ method: 'random', trials, parameters: { [name]: parameter } }, seed).map(
        (settings) => settings[name] as number,
      );
    const share = (values: number[], test: (value: number) => boolean) =>
      values.filter(test).length / values.length;

    it('are spread evenly between min and max', () => {
      const values = draws({ min: 2, max: 6 });
      expect(Math.min(...values)).to.be.within(2, 2.01);
      expect(Math.max(...values)).to.be.within(5.99, 6);
      for (const bound of [3, 4, 5]) {
        expect(share(values, (value) => value < bound)).to.be.closeTo((bound - 2) / 4, 0.03);
      }
    });

    it('are spread evenly over the powers of ten on a logarithmic scale', () => {
      const values = draws({ min: 1e-5, max: 1e-2, scale: 'log' });
      expect(values.every((value) => value >= 1e-5 && value <= 1e-2)).to.equal(true);
      expect(share(values, (value) => value < 1e-4)).to.be.closeTo(1 / 3, 0.03);
      expect(share(values, (value) => value < 1e-3)).to.be.closeTo(2 / 3, 0.03);
    });

    it('are whole numbers including both bounds, or one of the values', () => {
      const numbers = draws({ min: 1, max: 4, integer: true }, 60);
      expect([...new Set(numbers)].sort()).to.deep.equal([1, 2, 3, 4]);
      const powers = draws({ min: 1, max: 1000, integer: true, scale: 'log' });
      expect(powers.every((value) => Number.isInteger(value) && value <= 1000)).to.equal(true);
      expect(new Set(draws({ values: [32, 64] }, 30))).to.deep.equal(new Set([32, 64]));
    });

    it('depend only on the seed and the name of the setting', () => {
      const parameter = { min: 0, max: 1 };
      const first = draws(parameter, 5);
      expect(draws(parameter, 8).slice(0, 5)).to.deep.equal(first);
      expect(draws(parameter, 5, 2)).not.to.deep.equal(first);
      expect(draws(parameter, 5, 1, 'b')).not.to.deep.equal(first);
      const both = { a: parameter, b: parameter };
      const trials = trialsOf({ method: 'random', trials: 5, parameters: both }, 1);
      expect(trials.map((trial) => trial.a)).to.deep.equal(first);
    });

    it('never leave their bounds', () => {
      const bounds = fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }));
      const scale = fc.constantFrom('linear' as const, 'log' as const);
      fc.assert(
        fc.property(bounds, scale, fc.boolean(), (pair, spread, integer) => {
          const [min, max] = [Math.min(...pair), Math.max(...pair) + 1];
          const values = draws({ min, max, scale: spread, integer }, 20);
          expect(values.every((value) => value >= min && value <= max)).to.equal(true);
        }),
      );
    });
  });
});
