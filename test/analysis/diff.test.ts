import { expect } from 'chai';
import { classificationReport, confusionMatrix } from '../../src/analysis/classification.ts';
import { type Answers, type DiffedRun, diffRuns } from '../../src/analysis/diff.ts';
import { curveLines, describeVerdict, diffSections } from '../../src/analysis/diff-views.ts';
import { textTable } from '../../src/analysis/table.ts';

const LABELS = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2];

function answers(predicted: readonly number[], labels = LABELS): Answers {
  const predictions = predicted.map((each, index) => {
    return { index, label: labels[index] ?? 0, predicted: each, confidence: (index + 1) / 16 };
  });
  const confusion = confusionMatrix(predictions, 3);
  const report = classificationReport(confusion);
  const confidence = predictions.map((each) => each.confidence);
  return { classNames: ['cat', 'dog', 'owl'], labels, predicted, confidence, confusion, report };
}

function run(name: string, rate: number, given: Answers, curve: number[]): DiffedRun {
  return {
    name,
    state: 'finished',
    settings: { seed: 1, 'optimizer.learningRate': rate, 'data.classes': ['cat', 'dog', 'owl'] },
    inputs: { 'training images': 24 },
    environment: { node: 'v24' },
    epochs: { epochs: curve.length, 'best by val_loss': 3 },
    metrics: { 'model val_accuracy': given.report.accuracy, 'best val_loss': Math.min(...curve) },
    curves: { val_loss: curve },
    answers: given,
    images: { data: 'd1', validation: null },
    replicates: [{ val_accuracy: given.report.accuracy }],
  };
}

//                                   cats        dogs        owls
const FIRST = run('one', 0.1, answers([0, 0, 1, 1, 1, 1, 1, 0, 2, 2, 2, 0]), [4, 3, 2]);
const SECOND = run('two', 0.2, answers([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 0, 0]), [4, Number.NaN, 0.5]);

describe('the difference of two runs', () => {
  const diff = diffRuns(FIRST, SECOND);

  it('tells the settings that changed, and no others', () => {
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

  it('lists which answers were fixed and which broken, the surest first', () => {
    expect(diff.answers?.fixed.map(({ index }) => index)).to.deep.equal([7, 3, 2]);
    expect(diff.answers?.broken).to.deep.equal([
      { index: 10, truth: 'owl', first: 'owl', second: 'cat', confidence: 11 / 16 },
    ]);
    expect(diff.answers?.verdict).to.include({ fixed: 3, broken: 1 });
    expect(diff.answers?.verdict.pValue).to.be.closeTo(0.625, 1e-12);
  });

  it('lists first the classes and mistakes that moved most', () => {
    expect(diff.answers?.classes.map(({ name }) => name)).to.deep.equal(['dog', 'cat', 'owl']);
    expect(diff.answers?.mistakes.map(({ name, first, second }) => [name, first, second]))
      .to //
      .deep.equal([
        ['cat taken for dog', 2, 0],
        ['dog taken for cat', 1, 0],
        ['owl taken for cat', 1, 2],
      ]);
  });

  describe('pairs no answers', () => {
    const why = (second: DiffedRun) => {
      const { answers, unpaired } = diffRuns(FIRST, second);
      expect(answers).to.equal(null);
      return unpaired;
    };

    it('to other images, be they of the same classes in the same order', () => {
      const fewer = answers([0, 1, 2], [0, 1, 2]);
      expect(why({ ...SECOND, answers: fewer })).to.equal(
        'the runs answered different images, 12 and 3 of them',
      );
      const images = { data: 'd2', validation: null };
      const settings = { ...SECOND.settings, seed: 2 };
      expect(why({ ...SECOND, images, settings })).to.match(
        /^the runs answered different images, 12 and 12 of them; .* by the seed, which is 1 and 2$/,
      );
      expect(why({ ...SECOND, images: null })).to.match(/^it is not known whether/);
    });

    it('to other classes', () => {
      const classNames = ['cat', 'dog', 'fox'];
      expect(why({ ...SECOND, answers: { ...answers(LABELS), classNames } })).to.equal(
        'the runs know different classes: only the first owl; only the second fox',
      );
      const turned = { ...answers(LABELS), classNames: ['dog', 'cat', 'owl'] };
      expect(why({ ...SECOND, answers: turned })).to.match(/classes in another order/);
    });

    it('of a run that has none', () => {
      expect(why({ ...SECOND, answers: null, state: 'running' })).to.equal(
        'two has no predictions: it is running, not finished',
      );
    });
  });

  it('reads as tables, with a sign before changes', () => {
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
        'mistake            first  second  change',
        'cat taken for dog      2       0      -2',
        'dog taken for cat      1       0      -1',
        'owl taken for cat      1       2      +1',
      ],
    ]);
  });

  it('leaves out what is the same, and other metrics, when asked to', () => {
    const same = diffRuns(FIRST, FIRST);
    expect(diffSections(same, { onlyChanged: true })).to.deep.equal([]);
    const metrics = diffSections(same, { metric: 'val_loss' }).find(
      ({ title }) => title === 'metrics',
    );
    expect(metrics?.table.rows).to.deep.equal([['best val_loss', 2, 2, 0]]);
  });

  it('says in a sentence whether it is better, worse, or not clear', () => {
    const said = (given: DiffedRun, other: DiffedRun) =>
      describeVerdict(diffRuns(given, other)).split(':')[0];
    expect(said(FIRST, SECOND)).to.equal('no clear difference');
    expect(said(FIRST, FIRST)).to.equal('no difference');
    const right = { ...SECOND, answers: answers(LABELS) };
    const wrong = { ...FIRST, answers: answers(LABELS.map((label) => (label + 1) % 3)) };
    expect(said(wrong, right)).to.equal('better');
    expect(said(right, wrong)).to.equal('worse');
    expect(said(FIRST, { ...SECOND, answers: null })).to.equal('no verdict');
  });

  it('says whether it is beyond the noise of seeds, where there are replicates', () => {
    const of = (...values: number[]) => values.map((val_accuracy) => ({ val_accuracy }));
    const second = { ...SECOND, replicates: of(0.81, 0.82, 0.83) };
    const noisy = diffRuns({ ...FIRST, replicates: of(0.6, 0.8, 0.9) }, second);
    expect(describeVerdict(noisy)).to.contain('no clear difference, within the noise of seeds');
    const clear = describeVerdict(diffRuns({ ...FIRST, replicates: of(0.6, 0.61) }, second));
    expect(clear).to.match(/^no clear difference, but beyond the noise of seeds: /);
    expect(clear).to.contain('60.50 ± 0.71 % (2 runs) to 82.00 ± 1.00 % (3 runs)\n');
    expect(diff.seeds).to.equal(null);
    const reseeded = { ...FIRST, settings: { ...FIRST.settings, seed: 2 }, replicates: of(1, 2) };
    expect(diffRuns({ ...FIRST, replicates: of(1, 2) }, reseeded).seeds).to.equal(null);
  });

  it('draws the curves of the main metrics, or of the one that is asked for', () => {
    const [title, ...plot] = curveLines(FIRST, SECOND, {});
    expect(title).to.equal('val_loss  ─ first  ━ second');
    expect(plot).to.have.length(10);
    expect(curveLines(FIRST, SECOND, { metric: 'val_loss' })).to.deep.equal([title, ...plot]);
    expect(curveLines(FIRST, SECOND, { metric: 'accuracy' })).to.deep.equal([]);
  });
});
