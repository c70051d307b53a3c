import { expect } from 'chai';
import type { ClassifiedImages } from '../../src/analysis/classification.ts';
import { areSameImages, type DiffedRun, diffRuns, type ImageSet } from '../../src/analysis/diff.ts';
import { describeVerdict, diffSections } from '../../src/analysis/diff-views.ts';
import { textTable } from '../../src/analysis/table.ts';
import { diffedRun } from './runs.ts';

const LABELS = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2];

function classified(predicted: readonly number[], labels = LABELS): ClassifiedImages {
  const predictions = predicted.map((each, index) => {
    return { index, label: labels[index] ?? 0, predicted: each, confidence: (index + 1) / 16 };
  });
  const imageNames = predictions.map(({ index }) => `images/${index}.png`);
  return { classNames: ['cat', 'dog', 'owl'], predictions, imageNames };
}

function run(
  name: string,
  rate: number,
  predictions: ClassifiedImages,
  curve: number[],
): DiffedRun {
  const correct = predictions.predictions.filter(({ label, predicted }) => label === predicted);
  const accuracy = correct.length / predictions.predictions.length;
  return diffedRun({
    name,
    settings: { seed: 1, 'optimizer.learningRate': rate, 'data.classes': ['cat', 'dog', 'owl'] },
    epochs: { epochs: curve.length, 'best by val_loss': 3 },
    metrics: { 'model val_accuracy': accuracy, 'best val_loss': Math.min(...curve) },
    curves: { val_loss: curve },
    predictions,
    replicates: new Map([[1, { val_accuracy: accuracy }]]),
  });
}

//                                   cats        dogs        owls
const FIRST = run('one', 0.1, classified([0, 0, 1, 1, 1, 1, 1, 0, 2, 2, 2, 0]), [4, 3, 2]);
const SECOND = run('two', 0.2, classified([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 0, 0]), [
  4,
  Number.NaN,
  0.5,
]);

describe('the differences between two runs', () => {
  const diff = diffRuns(FIRST, SECOND);

  it('lists the settings that changed, and no others', () => {
    expect(diff.settings).to.deep.equal([
      { name: 'optimizer.learningRate', first: 0.1, second: 0.2 },
    ]);
    expect(diff.environment).to.deep.equal([]);
    expect(diff.inputs).to.deep.equal([]);
    const more = { ...SECOND, inputs: { 'training images': 48 } };
    expect(diffRuns(FIRST, more).inputs).to.deep.equal([
      { name: 'training images', first: 24, second: 48 },
    ]);
  });

  it('lists the fixed and the broken images, most confident first', () => {
    expect(diff.predictions?.fixed.map(({ index }) => index)).to.deep.equal([7, 3, 2]);
    expect(diff.predictions?.broken).to.deep.equal([
      {
        index: 10,
        image: 'images/10.png',
        truth: 'owl',
        first: 'owl',
        second: 'cat',
        confidence: 11 / 16,
      },
    ]);
    expect(diff.predictions?.verdict).to.include({ fixed: 3, broken: 1 });
    expect(diff.predictions?.verdict.pValue).to.be.closeTo(0.625, 1e-12);
  });

  it('lists the largest changes of classes and mistakes first', () => {
    expect(diff.predictions?.classes.map(({ name }) => name)).to.deep.equal(['dog', 'cat', 'owl']);
    expect(diff.predictions?.mistakes.map(({ name, first, second }) => [name, first, second]))
      .to //
      .deep.equal([
        ['cat predicted as dog', 2, 0],
        ['dog predicted as cat', 1, 0],
        ['owl predicted as cat', 1, 2],
      ]);
  });

  describe('does not pair predictions', () => {
    const why = (second: DiffedRun) => {
      const { predictions, unpaired } = diffRuns(FIRST, second);
      expect(predictions).to.equal(null);
      return unpaired;
    };

    it('for different images, even of the same classes in the same order', () => {
      const fewer = classified([0, 1, 2], [0, 1, 2]);
      expect(why({ ...SECOND, predictions: fewer })).to.equal(
        'the runs were validated on different images, 12 and 3 of them',
      );
      const images = { data: 'd2', validation: null };
      const settings = { ...SECOND.settings, seed: 2 };
      expect(why({ ...SECOND, images, settings })).to.match(
        /^the runs were validated on different images, 12 and 12 of them; .* by the seed, which is 1 and 2; data.splitSeed .*$/,
      );
      expect(why({ ...SECOND, images: null })).to.match(/^it is unknown whether/);
    });

    it('for different classes', () => {
      const classNames = ['cat', 'dog', 'fox'];
      expect(why({ ...SECOND, predictions: { ...classified(LABELS), classNames } })).to.equal(
        'the runs have different classes: only the first owl; only the second fox',
      );
      const turned = { ...classified(LABELS), classNames: ['dog', 'cat', 'owl'] };
      expect(why({ ...SECOND, predictions: turned })).to.match(/classes in a different order/);
    });

    it('of a run without predictions', () => {
      expect(why({ ...SECOND, predictions: null, state: 'running' })).to.equal(
        'two has no predictions: it is running, not finished',
      );
    });
  });

  it('has tables in which changes have a sign', () => {
    const sections = diffSections(diff, {});
    expect(sections.map(({ title }) => title)).to.deep.equal([
      'settings',
      'epochs',
      'metrics',
      'classes',
      'mistakes',
      'fixed',
      'broken',
    ]);
    expect(sections.slice(2, 5).map(({ table }) => textTable(table).split('\n'))).to.deep.equal([
      [
        'metric                first   second    change',
        'model val_accuracy  66.67 %  83.33 %  +16.67 %',
        'best val_loss        2.0000      NaN       NaN',
      ],
      [
        'class  precision    change    recall    change        f1    change  images',
        'dog     100.00 %  +40.00 %  100.00 %  +25.00 %  100.00 %  +33.33 %       4',
        'cat      66.67 %  +16.67 %  100.00 %  +50.00 %   80.00 %  +30.00 %       4',
        'owl     100.00 %    0.00 %   50.00 %  -25.00 %   66.67 %  -19.05 %       4',
      ],
      [
        'mistake               first  second  change',
        'cat predicted as dog      2       0      -2',
        'dog predicted as cat      1       0      -1',
        'owl predicted as cat      1       2      +1',
      ],
    ]);
  });

  it('omits unchanged rows and other metrics on request', () => {
    const same = diffRuns(FIRST, FIRST);
    expect(diffSections(same, { onlyChanged: true })).to.deep.equal([]);
    const metrics = diffSections(same, { metric: 'val_loss' }).find(
      ({ title }) => title === 'metrics',
    );
    expect(metrics?.table.rows).to.deep.equal([['best val_loss', 2, 2, 0]]);
  });

  it('has a verdict: better, worse, or no clear difference', () => {
    const verdict = (given: DiffedRun, other: DiffedRun) =>
      describeVerdict(diffRuns(given, other)).split(':')[0];
    expect(verdict(FIRST, SECOND)).to.equal('no clear difference');
    expect(verdict(FIRST, FIRST)).to.equal('no difference');
    const correct = { ...SECOND, predictions: classified(LABELS) };
    const incorrect = { ...FIRST, predictions: classified(LABELS.map((label) => (label + 1) % 3)) };
    expect(verdict(incorrect, correct)).to.equal('better');
    expect(verdict(correct, incorrect)).to.equal('worse');
    expect(verdict(FIRST, { ...SECOND, predictions: null })).to.equal('no verdict');
  });

  it('compares the difference with the noise of seeds, if there are replicates', () => {
    const of = (...values: number[]) =>
      new Map(values.map((val_accuracy, seed) => [seed, { val_accuracy }]));
    const second = { ...SECOND, replicates: of(0.81, 0.82, 0.83) };
    const noisy = diffRuns({ ...FIRST, replicates: of(0.6, 0.8, 0.9) }, second);
    expect(describeVerdict(noisy)).to.contain('no clear difference, within the noise of seeds');
    const clear = describeVerdict(diffRuns({ ...FIRST, replicates: of(0.6, 0.61) }, second));
    expect(clear).to.match(/^no clear difference, but beyond the noise of seeds: /);
    expect(clear).to.contain('60.50 ± 0.71 % (2 runs) to 82.00 ± 1.00 % (3 runs)\n');
    expect(clear).to.contain('; t-test p = ');
    expect(describeVerdict(noisy)).to.contain('; paired t-test p = ');
    expect(diff.seeds).to.equal(null);
    const reseeded = { ...FIRST, settings: { ...FIRST.settings, seed: 2 }, replicates: of(1, 2) };
    expect(diffRuns({ ...FIRST, replicates: of(1, 2) }, reseeded).seeds).to.equal(null);
  });
});

const imageSet = (data: string, size: number, pixels: string, paths: string | null): ImageSet => ({
  data,
  validation: { size: [size, size, 3], pixels, paths },
});

describe('the validation images of two runs', () => {
  const small = imageSet('d1', 32, 'p1', 'names');

  it('are the same if their pixels are, whatever the training split', () => {
    expect(areSameImages(small, imageSet('d2', 32, 'p1', null))).to.equal(true);
    expect(areSameImages(small, { data: 'd1', validation: null })).to.equal(true);
  });

  it('differ if pixels of one size differ, whatever their paths', () => {
    expect(areSameImages(small, imageSet('d2', 32, 'p2', 'names'))).to.equal(false);
  });

  it('are compared by their paths if two models take them in different sizes', () => {
    expect(areSameImages(small, imageSet('d2', 224, 'p2', 'names'))).to.equal(true);
    expect(areSameImages(small, imageSet('d2', 224, 'p2', 'other names'))).to.equal(false);
    const [unnamed, other] = [imageSet('d1', 32, 'p1', null), imageSet('d2', 224, 'p2', null)];
    expect(areSameImages(unnamed, other)).to.equal(false);
  });

  it('differ if nothing is known about them', () => {
    expect(areSameImages(small, { data: 'd2', validation: null })).to.equal(false);
  });
});
