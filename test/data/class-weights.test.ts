import { expect } from 'chai';
import { classWeights } from '../../src/data/class-weights.ts';

describe('classWeights', () => {
  const labels = Int32Array.of(0, 0, 0, 0, 0, 0, 1, 1);

  it('are none, those given, or against the frequency', () => {
    expect(classWeights(null, ['a', 'b'], labels)).to.equal(null);
    expect(classWeights({ b: 3 }, ['a', 'b'], labels)).to.deep.equal([1, 3]);
    // scikit-learn: compute_class_weight('balanced', classes=[0, 1], y=labels)
    expect(classWeights('balanced', ['a', 'b'], labels)).to.deep.equal([8 / 12, 2]);
  });

  it('refuse a class that is not there', () => {
    expect(() => classWeights({ c: 3 }, ['a', 'b'], labels)).to.throw(
      'data.classWeights: the data have no class "c"; they have a, b',
    );
  });
});
