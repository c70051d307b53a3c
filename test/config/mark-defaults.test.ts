import { expect } from 'chai';
import { markDefaults } from '../../src/config/mark-defaults.ts';
import { resolvedYaml } from '../../src/config/resolved.ts';
import { loadExperiment } from '../../src/load-experiment.ts';

const defaultsOf = (resolvedYaml: string) =>
  markDefaults(resolvedYaml)
    .filter(({ isDefault }) => isDefault)
    .map(({ text }) => text);

describe('marking defaults', () => {
  let resolved: string;
  before(async () => {
    const loaded = await loadExperiment('configs/digits.yaml', { set: [], setFile: [] });
    resolved = resolvedYaml(loaded.experiment);
  });

  it('does not change the text', () => {
    const pieces = markDefaults(resolved);
    expect(pieces.map(({ text }) => text).join('')).to.equal(resolved);
  });

  it('marks a default section as a whole, and otherwise its default parts', () => {
    const defaults = defaultsOf(resolved);
    expect(defaults).to.include.members([
      'limit: { train: null, validation: null }',
      'features: { cache: auto, dtype: float32 }',
      'strides: 1',
      'minDelta: 0',
      'batchSize: 32',
    ]);
    const marked = defaults.join('\n');
    for (const stated of ['dataset', 'filters', 'epochs: 4', 'patience', 'learningRate: 0.0003']) {
      expect(marked).to.not.include(stated);
    }
  });

  it('knows defaults that depend on other keys', () => {
    // The goal of early stopping follows from its monitor.
    expect(defaultsOf(resolved)).to.include('goal: minimize');
    const other = resolved.replace('monitor: val_loss', 'monitor: val_accuracy');
    expect(defaultsOf(other)).to.not.include('goal: minimize');
  });

  it('marks nothing in a text that is not an experiment', () => {
    expect(markDefaults('name: x\n')).to.deep.equal([{ text: 'name: x\n', isDefault: false }]);
  });
});
