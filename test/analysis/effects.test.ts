import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { effectsOf } from '../../src/analysis/effects.ts';
import { bestCell, cellsOf } from '../../src/analysis/sweep-summary.ts';
import { runWith } from './runs.ts';

interface Spread {
  readonly n: number;
  readonly mean: number;
  readonly sd: number;
}

interface Reference {
  readonly runs: {
    dropout: number;
    rate: number;
    optimizer: string;
    seed: number;
    metric: number;
  }[];
  readonly cells: (Spread & Record<string, number | string>)[];
  readonly effects: {
    parameter: string;
    levels: (Spread & Record<string, number | string>)[];
    share: number;
    rankCorrelation: number | null;
  }[];
}

const text = readFileSync(new URL('sweep-reference.json', import.meta.url), 'utf8');
const references: Record<string, Reference> = JSON.parse(text);
const PARAMETERS = ['dropout', 'rate', 'optimizer'];
const METRIC = { name: 'val_accuracy', goal: 'maximize' } as const;

describe('statistics of a sweep', () => {
  for (const [name, { runs: rows, cells, effects }] of Object.entries(references)) {
    const runs = rows.map(({ metric, ...settings }) => runWith(settings, metric));

    it(`computes pandas' mean and deviation of each cell of a ${name} grid`, () => {
      const ours = cellsOf(runs, PARAMETERS);
      expect(ours).to.have.length(cells.length);
      for (const [i, { n, mean, sd, ...key }] of cells.entries()) {
        expect(ours[i]?.key).to.deep.equal(key);
        const spread = ours[i]?.metrics.val_accuracy;
        expect(spread?.n).to.equal(n);
        expect(spread?.mean).to.be.closeTo(mean, 1e-12);
        if (n > 1) expect(spread?.sd).to.be.closeTo(sd, 1e-12);
        else expect(spread?.sd).to.equal(null);
      }
    });

    it(`computes statsmodels' share of the variance and scipy's rank correlation of a ${name} grid`, () => {
      const ours = effectsOf(runs, PARAMETERS, 'val_accuracy');
      expect(ours.map(({ share }) => share)).to.deep.equal(
        ours.map(({ share }) => share).toSorted((a, b) => Number(b) - Number(a)),
      );
      for (const { parameter, levels, share, rankCorrelation } of effects) {
        const own = ours.find((effect) => effect.parameter === parameter);
        expect(own?.share).to.be.closeTo(share, 1e-12);
        if (rankCorrelation === null) expect(own?.rankCorrelation).to.equal(null);
        else expect(own?.rankCorrelation).to.be.closeTo(rankCorrelation, 1e-12);
        expect(own?.levels).to.have.length(levels.length);
        for (const { [parameter]: value, n, mean, sd } of levels) {
          const level = own?.levels.find(({ label }) => label === String(value));
          expect(level?.n).to.equal(n);
          expect(level?.mean).to.be.closeTo(mean, 1e-12);
          expect(level?.sd).to.be.closeTo(sd, 1e-12);
        }
      }
    });
  }

  it('groups random numbers into quarters, in ascending order', () => {
    const runs = Array.from({ length: 20 }, (_, i) => runWith({ rate: (7 * i) % 20 }, i / 20));
    const [effect] = effectsOf(runs, ['rate'], 'val_accuracy');
    expect(effect?.levels.map(({ label, n }) => [label, n])).to.deep.equal([
      ['0 to 4', 5],
      ['5 to 9', 5],
      ['10 to 14', 5],
      ['15 to 19', 5],
    ]);
  });

  it('omits constant parameters, and has no share of a variance of zero', () => {
    const same = [1, 2, 3].map((rate) => runWith({ rate, name: 'same' }, 0.5));
    expect(effectsOf(same, ['rate', 'name'], 'val_accuracy')).to.have.length(1);
    expect(effectsOf(same, ['rate'], 'val_accuracy')[0]).to.include({
      share: null,
      rankCorrelation: null,
    });
    expect(effectsOf([], ['rate'], 'val_accuracy')).to.deep.equal([]);
  });

  it('includes only runs that finished or were stopped', () => {
    const runs = [
      runWith({ rate: 1, seed: 1 }, 0.5),
      runWith({ rate: 1, seed: 2 }, 0.7, 'stopped'),
      runWith({ rate: 1, seed: 3 }, 0.1, 'running'),
      runWith({ rate: 1, seed: 4 }, null),
    ];
    const [cell] = cellsOf(runs, ['rate']);
    expect(cell?.metrics.val_accuracy?.n).to.equal(2);
    expect(cell?.metrics.val_accuracy?.mean).to.be.closeTo(0.6, 1e-12);
    expect(cell?.statuses).to.deep.equal({ finished: 1, stopped: 1, running: 1, failed: 1 });
  });

  it('chooses the best cell by its mean among those with a finished run', () => {
    const cells = cellsOf(
      [
        runWith({ rate: 1 }, 0.9, 'stopped'),
        runWith({ rate: 2 }, 0.7),
        runWith({ rate: 3 }, 0.8),
        runWith({ rate: 4 }, null),
      ],
      ['rate'],
    );
    expect(bestCell(cells, METRIC)?.key).to.deep.equal({ rate: 3 });
    expect(bestCell(cells, { ...METRIC, goal: 'minimize' })?.key).to.deep.equal({ rate: 2 });
    expect(bestCell(cells, { name: 'val_loss', goal: 'minimize' })).to.equal(null);
  });
});
