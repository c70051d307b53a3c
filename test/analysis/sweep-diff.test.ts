import { expect } from 'chai';
import { describeSweepDiff, diffSweeps, sweepSections } from '../../src/analysis/sweep-diff.ts';
import type { ComparedSweep } from '../../src/analysis/sweep-summary.ts';
import { textTable } from '../../src/analysis/table.ts';
import { runWith } from './runs.ts';

/** Two seeds for each dropout; the metric is `base` minus the dropout, plus or minus a hundredth of `base`. */
function sweep(
  name: string,
  rate: number,
  dropouts: readonly number[],
  base: number,
): ComparedSweep {
  const runs = dropouts.flatMap((dropout) =>
    [1, 2].map((seed) => {
      const noise = (seed === 1 ? 0.01 : -0.01) * base;
      const run = runWith({ name, seed, 'vars.dropout': dropout, rate }, base - dropout + noise);
      return { ...run, facts: { ...run.facts, started: '2026' } };
    }),
  );
  const metric = { name: 'val_accuracy', goal: 'maximize' } as const;
  return { name, metric, parameters: ['vars.dropout'], runs };
}

const SLOW = sweep('slow', 0.001, [0.1, 0.2], 0.7);
const FAST = sweep('fast', 0.01, [0.2, 0.1, 0.5], 0.9);

describe('the differences between two sweeps', () => {
  const diff = diffSweeps(SLOW, FAST);

  it('pairs the cells with equal settings, in the order of the first sweep', () => {
    expect(diff.cells.map(({ key }) => key['vars.dropout'])).to.deep.equal([0.1, 0.2]);
    for (const { changes, seeds, first } of diff.cells) {
      expect(changes.val_accuracy).to.be.closeTo(0.2, 1e-12);
      expect(seeds?.pValue).to.be.within(0.001, 0.01);
      expect(first).to.include({ n: 2 });
    }
    expect(diff.onlyFirst).to.deep.equal([]);
    expect(diff.onlySecond.map(({ key }) => key)).to.deep.equal([{ 'vars.dropout': 0.5 }]);
  });

  it('lists the settings that differ in all runs, except for names and seeds', () => {
    expect(diff.settings).to.deep.equal([{ name: 'rate', first: 0.001, second: 0.01 }]);
  });

  it('identifies a cell by the parameters of both sweeps', () => {
    const both = { ...FAST, parameters: ['vars.dropout', 'rate'] };
    const { cells, onlyFirst } = diffSweeps(SLOW, both);
    expect(cells).to.deep.equal([]);
    expect(onlyFirst[0]?.key).to.deep.equal({ 'vars.dropout': 0.1, rate: 0.001 });
  });

  it('has a summary and tables', () => {
    expect(describeSweepDiff(diff).split('\n')).to.deep.equal([
      '2 of 2 cells are better in val_accuracy, 2 differ by more than the noise of seeds; +20.00 % on average',
      '  only the second has dropout=0.5',
    ]);
    const [settings, cells] = sweepSections(diff, {});
    expect(settings?.title).to.equal('settings');
    expect(textTable(cells?.table ?? { columns: [], rows: [] }).split('\n')).to.deep.equal([
      'dropout  first val_accuracy          second    change       p',
      '    0.1      60.00 ± 0.99 %  80.00 ± 1.27 %  +20.00 %  0.0064',
      '    0.2      50.00 ± 0.99 %  70.00 ± 1.27 %  +20.00 %  0.0064',
    ]);
  });

  it('omits equal cells on request, and has no verdict without results', () => {
    const same = diffSweeps(SLOW, SLOW);
    expect(sweepSections(same, { onlyChanged: true })).to.deep.equal([]);
    expect(describeSweepDiff(same)).to.match(/^0 of 2 cells are better/);
    const failed = { ...SLOW, runs: SLOW.runs.map((run) => ({ ...run, metrics: {} })) };
    expect(describeSweepDiff(diffSweeps(failed, FAST))).to.match(/^no verdict: /);
  });
});
