import { expect } from 'chai';
import { differenceFormatter } from '../../src/analysis/settings.ts';

describe('formatted settings', () => {
  it('are those in which runs differ, with the shortest unique names', () => {
    const settings = (rate: number, epochs: number) => ({
      'vars.dropout': 0.5,
      'phases.head.optimizer.learningRate': rate,
      'phases.head.epochs': epochs,
      'phases.fine-tune.epochs': 9 - epochs,
    });
    const all = [settings(1e-3, 4), settings(1e-4, 5)];
    expect(all.map(differenceFormatter(all))).to.deep.equal([
      'learningRate=0.001, head.epochs=4, fine-tune.epochs=5',
      'learningRate=0.0001, head.epochs=5, fine-tune.epochs=4',
    ]);
  });
});
