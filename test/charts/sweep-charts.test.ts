import { expect } from 'chai';
import { summarizeSweep } from '../../src/analysis/sweep-summary.ts';
import { effectsChart } from '../../src/charts/effects.ts';
import { heatmapChart } from '../../src/charts/heatmap.ts';
import { parallelChart } from '../../src/charts/parallel.ts';
import { runWith } from '../analysis/runs.ts';
import { draw, refuseWarnings, textsOf } from './drawn.ts';

const RATE = 'phases.head.optimizer.learningRate';
const METRIC = { name: 'val_accuracy', goal: 'maximize' } as const;

const sweepOf = (runs: readonly ReturnType<typeof runWith>[], parameters: readonly string[]) =>
  summarizeSweep({ name: 'a sweep', metric: METRIC, parameters, runs });

/** Two seeds for each cell of a grid; the metric rises with the dropout and with the rate. */
function grid(dropouts: readonly number[], rates: readonly number[]) {
  return dropouts.flatMap((dropout) =>
    rates.flatMap((rate) =>
      [0, 1].map((seed) =>
        runWith({ dropout, [RATE]: rate, seed }, 0.5 + dropout / 4 + rate + seed / 100),
      ),
    ),
  );
}

describe('the charts of a sweep', () => {
  refuseWarnings();

  describe('heat map', () => {
    const runs = grid([0.1, 0.5], [0.01, 0.02, 0.03]);

    it('shows mean and deviation of each cell and marks the best', async () => {
      const texts = await textsOf(heatmapChart(sweepOf(runs, ['dropout', RATE])));
      expect(texts.filter((text) => text === '± 0.71 %')).to.have.length(6);
      expect(texts).to.include.members(['★ 66.00 %', '54.00 %', 'dropout', 'learningRate', '0.03']);
      expect(texts.filter((text) => text.startsWith('★'))).to.have.length(1);
    });

    it('has the states of runs that did not finish', async () => {
      const changed = runs.map((run, i) => {
        if (i < 2) return runWith(run.settings, null);
        if (i === 2) return runWith(run.settings, null, 'waiting');
        return i === 4 ? runWith(run.settings, 0.4, 'stopped') : run;
      });
      const texts = await textsOf(heatmapChart(sweepOf(changed, ['dropout', RATE])));
      expect(texts).to.include.members(['2 failed', '1 waiting', '1 stopped']);
      expect(texts.filter((text) => /^(★ )?\d\d\.\d{2} %$/.test(text))).to.have.length(5);
    });

    it('is bright where the metric is best and omits missing cells', async () => {
      const { pixel, width, height } = await draw(
        heatmapChart(sweepOf(runs.slice(0, -4), ['dropout', RATE])),
      );
      const seen = new Set<string>();
      for (let y = 0; y < height; y += 4)
        for (let x = 0; x < width; x += 4) seen.add(pixel(x, y).join());
      expect([...seen]).to.include.members(['68,1,84', '253,231,37']);
    });

    it('has a readable size', async () => {
      const values = (count: number) => Array.from({ length: count }, (_, i) => (i + 1) / 100);
      for (const [rows, columns] of [
        [2, 2],
        [5, 8],
        [12, 40],
      ] as const) {
        const sweep = sweepOf(grid(values(rows), values(columns)), ['dropout', RATE]);
        const { width, height } = await draw(heatmapChart(sweep));
        expect(Math.max(width, height), `${rows} × ${columns}`).to.be.within(300, 2800);
      }
    });
  });

  it('effects have the strongest parameter first, with its share of the variance', async () => {
    const runs = grid([0.1, 0.5], [0.01, 0.02, 0.03]);
    const texts = await textsOf(effectsChart(sweepOf(runs, [RATE, 'dropout'])));
    expect(texts.indexOf('dropout')).to.be.within(0, texts.indexOf('learningRate') - 1);
    // 0.03 and 0.0008 of the sum of squares 0.0311.
    expect(texts).to.include.members(['96 % of variance', '3 % of variance']);
    expect(texts.filter((text) => /^rank correlation 0\.\d\d$/.test(text))).to.have.length(2);
  });

  it('parallel coordinates name each parameter, its values and the metric', async () => {
    const runs = grid([0.1, 0.5], [0.01, 0.02]).map((run, i) => {
      const settings = { ...run.settings, kind: ['relu', 'an-activation-with-a-long-name'][i % 2] };
      return runWith(settings as typeof run.settings, run.metrics.val_accuracy ?? null);
    });
    const texts = await textsOf(parallelChart(sweepOf(runs, ['dropout', RATE, 'kind'])));
    expect(texts).to.include.members(['dropout', 'learningRate', 'kind', 'relu', 'val_accuracy']);
    expect(texts.filter((text) => text === '0.5')).to.have.length(2);
  });

  it('parallel coordinates have a logarithmic axis for random rates over decades', async () => {
    const runs = Array.from({ length: 21 }, (_, i) =>
      runWith({ [RATE]: 10 ** (-5 + i / 5), units: 10 + 7 * i, dropout: i / 40 }, i / 30),
    );
    const texts = await textsOf(parallelChart(sweepOf(runs, [RATE, 'units', 'dropout'])));
    expect(texts).to.include.members(['0.00001', '0.0001', '0.001', '0.01', '0.1']);
    expect(texts).to.include.members(['10', '45', '80', '115', '150']);
    expect(texts).to.include.members(['0', '0.125', '0.25', '0.375', '0.5']);
  });
});
