import { expect } from 'chai';
import {
  bestOf,
  columnName,
  formatMean,
  formatMetric,
  metricLabel,
  metricOf,
  parseColumn,
  rank,
  toColumns,
} from '../../src/experiment/metrics.ts';

describe('metrics', () => {
  const known = [
    ['loss', 'minimize', 'number'],
    ['accuracy', 'maximize', 'percent'],
    ['top5', 'maximize', 'percent'],
    ['top10', 'maximize', 'percent'],
    ['mse', 'minimize', 'number'],
    ['auc', 'maximize', 'number'],
    ['precision', 'maximize', 'percent'],
    ['recall', 'maximize', 'percent'],
    ['f1', 'maximize', 'percent'],
    ['macroF1', 'maximize', 'percent'],
    ['logLoss', 'minimize', 'number'],
    ['expectedCalibrationError', 'minimize', 'number'],
  ] as const;
  for (const [name, goal, format] of known) {
    it(`${goal} ${name}, a ${format}, on both splits`, () => {
      expect(metricOf(name)).to.include({ name, goal, format });
      expect(metricOf(`val_${name}`)).to.deep.equal(metricOf(name));
    });
  }

  it('have a descriptor if this version does not know them', () => {
    for (const name of ['brier', 'topK5', 'toString', 'val_']) {
      expect(metricOf(name)).to.include({ goal: 'maximize', format: 'number' });
    }
  });

  it('are labelled by name and k', () => {
    expect(metricLabel({ name: 'topK', k: 3 })).to.equal('top3');
    expect(metricLabel({ name: 'f1', k: null })).to.equal('f1');
  });

  it('have a column for each split, and back', () => {
    expect(columnName('top5', 'train')).to.equal('top5');
    expect(columnName('top5', 'validation')).to.equal('val_top5');
    for (const split of ['train', 'validation'] as const) {
      expect(parseColumn(columnName('f1', split))).to.deep.equal({ metric: 'f1', split });
    }
    const columns = toColumns({ train: { loss: 1 }, validation: { loss: 2, f1: 0.5 } });
    expect(Object.entries(columns)).to.deep.equal([
      ['loss', 1],
      ['val_loss', 2],
      ['val_f1', 0.5],
    ]);
    expect(toColumns({})).to.deep.equal({});
  });

  it('are shown as percentages or with four decimals', () => {
    expect(formatMetric('val_accuracy', 0.98666)).to.equal('98.67 %');
    expect(formatMetric('top5', 1)).to.equal('100.00 %');
    expect(formatMetric('loss', 0.0473)).to.equal('0.0473');
    expect(formatMetric('loss', 12.5)).to.equal('12.5000');
    expect(formatMetric('loss', 0.00012345)).to.equal('0.000123');
    expect(formatMetric('loss', 0)).to.equal('0.0000');
    expect(formatMetric('f1', null)).to.equal('–');
    expect(formatMetric('f1', Number.NaN)).to.equal('NaN');
  });

  it('are shown as a mean with its deviation', () => {
    expect(formatMean('percent', { mean: 0.5138, sd: 0.0088 })).to.equal('51.38 ± 0.88 %');
    expect(formatMean('number', { mean: 1.5, sd: 0.25 })).to.equal('1.5000 ± 0.2500');
    expect(formatMean('percent', { mean: 0.5138, sd: null })).to.equal('51.38 %');
  });

  it('are ranked by their goal, unknown and infinite values last', () => {
    const values = [Number.NaN, 2, null, 1, 3, Number.POSITIVE_INFINITY];
    const itself = (value: number | null) => value;
    expect(rank(values, 'minimize', itself).slice(0, 3)).to.deep.equal([1, 2, 3]);
    expect(rank(values, 'maximize', itself)).to.deep.equal([
      3,
      2,
      1,
      Number.NaN,
      null,
      Number.POSITIVE_INFINITY,
    ]);
    expect(bestOf(values, 'maximize', itself)).to.equal(3);
    expect(bestOf([Number.NaN, null], 'minimize', itself)).to.equal(undefined);
  });

  it('have the first of equal items as the best', () => {
    const items = ['a', 'b'].map((name) => ({ name, value: 1 }));
    expect(bestOf(items, 'maximize', ({ value }) => value)?.name).to.equal('a');
  });
});
