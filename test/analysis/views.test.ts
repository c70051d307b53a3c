import { expect } from 'chai';
import {
  chooseColumns,
  filterRuns,
  knownColumns,
  parseOrder,
  sortRuns,
} from '../../src/analysis/columns.ts';
import { differingSettings } from '../../src/analysis/compared-run.ts';
import { flatSettings, shortNames } from '../../src/analysis/settings.ts';
import { cellsOf } from '../../src/analysis/sweep-summary.ts';
import { markdownTable, textTable } from '../../src/analysis/table.ts';
import { csvTable, jsonRows } from '../../src/analysis/table-export.ts';
import { cellsTable, runColumns, runsTable } from '../../src/analysis/views.ts';
import { InputError } from '../../src/common/errors.ts';
import { runWith } from './runs.ts';

const RATE = 'phases.head.optimizer.learningRate';
const RUNS = [
  runWith({ [RATE]: 0.001, seed: 1, 'data.dataset': 'digits' }, 0.8),
  runWith({ [RATE]: 0.001, seed: 2, 'data.dataset': 'digits' }, 0.82),
  runWith({ [RATE]: 0.01, seed: 1, 'data.dataset': 'digits' }, 0.7),
  runWith({ [RATE]: 0.01, seed: 2, 'data.dataset': 'digits' }, null),
].map((run, i) => ({ ...run, facts: { ...run.facts, run: `r${i}`, started: '2026' } }));

describe('settings of many runs', () => {
  it('are flat, keyed by the paths of --set', () => {
    expect(
      flatSettings({
        seed: 1,
        model: { head: ['flatten', { dense: { units: 4 } }], inputShape: [28, 28, 1] },
        phases: [{ name: 'head', freeze: [], epochs: 2 }],
        vars: {},
      }),
    ).to.deep.equal({
      seed: 1,
      'model.head[0]': 'flatten',
      'model.head[1].dense.units': 4,
      'model.inputShape': [28, 28, 1],
      'phases.head.name': 'head',
      'phases.head.freeze': [],
      'phases.head.epochs': 2,
    });
  });

  it('are listed where they differ, among runs that have started', () => {
    const waiting = runWith({ seed: 9 }, null, 'waiting');
    expect(differingSettings([...RUNS, waiting])).to.deep.equal([RATE, 'seed']);
    expect(differingSettings(RUNS.slice(0, 1))).to.deep.equal([]);
  });

  it('are listed once if a variable gives them their values', () => {
    const swept = RUNS.map((run, i) => ({
      ...run,
      settings: { ...run.settings, 'vars.rate': i % 2, 'phases.head.dropout': i % 2 },
    }));
    expect(differingSettings(swept)).to.deep.equal([RATE, 'seed', 'vars.rate']);
  });

  it('are listed once if a variable is within their texts', () => {
    const swept = RUNS.map((run, i) => ({
      ...run,
      settings: {
        ...run.settings,
        'vars.size': [24, 32][i % 2] as number,
        'data.source': ['images-24.zip', 'images-32.zip'][i % 2] as string,
        'model.backbone.inputShape': [[24, 24, 3] as const, [32, 32, 3] as const][i % 2] ?? null,
        // A number that contains the digits by chance.
        'phases.head.epochs': [124, 132][i % 2] as number,
      },
    }));
    const expected = [RATE, 'seed', 'vars.size', 'phases.head.epochs'];
    expect(differingSettings(swept)).to.deep.equal(expected);
  });

  it('have the shortest unique names', () => {
    expect(
      shortNames(['a.head.epochs', 'a.tune.epochs', 'vars.dropout', 'b.optimizer.name', 'run']),
    ).to.deep.equal(['head.epochs', 'tune.epochs', 'dropout', 'optimizer.name', 'run']);
    expect(shortNames(['epochs', 'head.epochs'])).to.deep.equal(['epochs', 'head.epochs']);
  });
});

describe('columns of runs', () => {
  const known = knownColumns(RUNS);

  it('are named by path, by end of path, by glob', () => {
    expect(chooseColumns('run, learningRate,val_*,run', known)).to.deep.equal([
      'run',
      RATE,
      'val_accuracy',
    ]);
    const layers = ['model.head[0].dense.units', 'model.head[1].dense.units'];
    expect(chooseColumns('model.head.1.dense.units', layers)).to.deep.equal(layers.slice(1));
    expect(chooseColumns('model.head[*].dense.*', layers)).to.deep.equal(layers);
  });

  for (const [list, message] of [
    ['learningrate', /no run has a column learningrate\. Did you mean learningRate\?/],
    ['dense.units', /dense\.units is the end of a\.dense\.units, b\.dense\.units/],
    ['x_*', /no run has a column like x_\*; there are run, /],
  ] as const) {
    it(`refuses ${list}`, () => {
      const all = [...known, 'a.dense.units', 'b.dense.units'];
      expect(() => chooseColumns(list, all)).to.throw(InputError, message);
    });
  }
});

describe('a selection of runs', () => {
  const names = (runs: readonly (typeof RUNS)[number][]) => runs.map(({ facts }) => facts.run);

  it('is filtered by the columns of the filter', () => {
    const kept = filterRuns(RUNS, 'learningRate > 0.005 or seed = 2');
    expect(kept.map(({ facts }) => facts.run)).to.deep.equal(['r1', 'r2', 'r3']);
    expect(() => filterRuns(RUNS, 'seed = 1 and sed = 2')).to.throw(
      InputError,
      'no run has a column sed at character 14 of the filter. Did you mean seed?',
    );
    expect(() => filterRuns(RUNS, 'vars.dropout = 0.25')).to.throw(
      InputError,
      'no run has a column vars.dropout at character 1 of the filter; there are run, ',
    );
  });

  it('is sorted best first, missing values last', () => {
    const order = (text: string) => names(sortRuns(RUNS, parseOrder(text, RUNS)) as typeof RUNS);
    expect(order('val_accuracy')).to.deep.equal(['r1', 'r0', 'r2', 'r3']);
    expect(order('-val_accuracy')).to.deep.equal(['r2', 'r0', 'r1', 'r3']);
    expect(order('seed')).to.deep.equal(['r0', 'r2', 'r1', 'r3']);
    expect(order('-run')).to.deep.equal(['r3', 'r2', 'r1', 'r0']);
  });
});

describe('tables of runs', () => {
  const runs = runsTable(RUNS, runColumns(RUNS));
  const cells = cellsTable(cellsOf(RUNS, [RATE]));

  it('are aligned for a terminal, under short names', () => {
    expect(textTable(runs).split('\n')).to.deep.equal([
      'run  learningRate  seed  status    val_accuracy',
      'r0          0.001     1  finished       80.00 %',
      'r1          0.001     2  finished       82.00 %',
      'r2           0.01     1  finished       70.00 %',
      'r3           0.01     2  failed',
    ]);
    expect(textTable(cells).split('\n')).to.deep.equal([
      'learningRate  finished  failed    val_accuracy',
      '       0.001         2       0  81.00 ± 1.41 %',
      '        0.01         1       1         70.00 %',
    ]);
  });

  it('are available as Markdown, CSV in full precision, and JSON', () => {
    expect(markdownTable(runsTable(RUNS.slice(3), ['run', 'seed'])).split('\n')).to.deep.equal([
      '| run | seed |',
      '| --- | ---: |',
      '| r3 | 2 |',
    ]);
    expect(csvTable(cells).split('\n')).to.deep.equal([
      `${RATE},finished,failed,val_accuracy_mean,val_accuracy_sd`,
      '0.001,2,0,0.81,0.014142135623730885',
      '0.01,1,1,0.7,',
    ]);
    expect(jsonRows(runs)[3]).to.deep.equal({ run: 'r3', [RATE]: 0.01, seed: 2, status: 'failed' });
    expect(jsonRows(cells)[1]).to.deep.equal({
      [RATE]: 0.01,
      finished: 1,
      failed: 1,
      val_accuracy: { n: 1, mean: 0.7, sd: null },
    });
  });
});
