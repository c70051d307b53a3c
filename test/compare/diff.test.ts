import { expect } from 'chai';
import { classificationReport, confusionMatrix } from '../../src/compare/classification.ts';
import { type Answers, type DiffedRun, diffRuns } from '../../src/compare/diff.ts';
import { curveLines, describeVerdict, diffSections } from '../../src/compare/diff-views.ts';
import { textTable } from '../../src/compare/table.ts';

const LABELS = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2];

function answers(predicted: readonly number[], labels = LABELS): Answers {
  const predictions = predicted.map((each, index) => {
    return { index, label: labels[index] ?? 0, predicted: each, confidence: 1 };
  });
  const confusion = confusionMatrix(predictions, 3);
  const report = classificationReport(confusion);
  return { classNames: ['cat', 'dog', 'owl'], labels, predicted, confusion, report };
}

function run(name: string, rate: number, given: Answers, curve: number[]): DiffedRun {
  return {
    name,
    settings: { seed: 1, 'optimizer.learningRate': rate, 'data.classes': ['cat', 'dog', 'owl'] },
    environment: { node: 'v24' },
    metrics: { 'model val_accuracy': given.report.accuracy, 'best val_loss': Math.min(...curve) },
    curves: { val_loss: curve },
    answers: given,
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
  });

  it('counts which answers were fixed and which broken', () => {
    expect(diff.answers?.fixed).to.deep.equal([2, 3, 7]);
    expect(diff.answers?.broken).to.deep.equal([10]);
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

  it('pairs no answers to other pictures', () => {
    const others = answers([0, 0, 0], [0, 1, 2]);
    expect(diffRuns(FIRST, { ...SECOND, answers: others }).answers).to.equal(null);
    expect(diffRuns(FIRST, { ...SECOND, answers: null }).answers).to.equal(null);
  });

  it('reads as tables, with a sign before changes', () => {
    const sections = diffSections(diff, {});
    expect(sections.map(({ title }) => title)).to.deep.equal([
      'settings',
      'metrics',
      'classes',
      'mistakes',
    ]);
    expect(sections.slice(1).map(({ table }) => textTable(table).split('\n'))).to.deep.equal([
      [
        'metric               first  second   change',
        'model val_accuracy  0.6667  0.8333  +0.1667',
        'best val_loss       2.0000     NaN      NaN',
      ],
      [
        'class  precision   change  recall   change      f1   change',
        'dog       1.0000  +0.4000  1.0000  +0.2500  1.0000  +0.3333',
        'cat       0.6667  +0.1667  1.0000  +0.5000  0.8000  +0.3000',
        'owl       1.0000   0.0000  0.5000  -0.2500  0.6667  -0.1905',
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
    const [metrics] = diffSections(same, { metric: 'val_loss' });
    expect(metrics?.table.rows).to.deep.equal([['best val_loss', 2, 2, 0]]);
  });

  it('says in a sentence whether it is better, worse, or not clear', () => {
    const said = (given: DiffedRun, other: DiffedRun) => {
      const { answers } = diffRuns(given, other);
      return answers ? describeVerdict(answers).split(':')[0] : '';
    };
    expect(said(FIRST, SECOND)).to.equal('no clear difference');
    expect(said(FIRST, FIRST)).to.equal('no difference');
    const right = { ...SECOND, answers: answers(LABELS) };
    const wrong = { ...FIRST, answers: answers(LABELS.map((label) => (label + 1) % 3)) };
    expect(said(wrong, right)).to.equal('better');
    expect(said(right, wrong)).to.equal('worse');
  });

  it('draws both curves on one scale, and marks what is no number', () => {
    expect(curveLines(FIRST, SECOND, {})).to.deep.equal([
      'val_loss, 0.5000 to 4.000',
      '  first   █▆▄',
      '  second  █×▁',
    ]);
    const long = { ...FIRST, curves: { val_loss: Array.from({ length: 500 }, (_, i) => i) } };
    expect(curveLines(long, long, {})[1]?.length).to.be.within(60, 75);
  });
});
