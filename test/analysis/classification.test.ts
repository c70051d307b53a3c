import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  type ClassProbabilities,
  classificationReport,
  confusionMatrix,
  expectedCalibrationError,
  logLoss,
  predictClasses,
  topKAccuracy,
} from '../../src/analysis/classification.ts';
import { needsShared, shared } from '../requirements.ts';

/** Arbitrary numbers of images, classes and probabilities, with ties. */
const predictions: fc.Arbitrary<ClassProbabilities> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 30 }))
  .chain(([classCount, images]) =>
    fc.record({
      classCount: fc.constant(classCount),
      labels: fc.array(fc.nat(classCount - 1), { minLength: images, maxLength: images }),
      probabilities: fc
        .array(
          fc.array(fc.integer({ min: 1, max: 4 }), {
            minLength: classCount,
            maxLength: classCount,
          }),
          { minLength: images, maxLength: images },
        )
        .map((rows) =>
          rows.flatMap((row) => {
            const total = row.reduce((a, b) => a + b);
            return row.map((weight) => weight / total);
          }),
        ),
    }),
  );

function reportOf(p: ClassProbabilities) {
  return classificationReport(confusionMatrix(predictClasses(p), p.classCount));
}

describe('classification statistics against scikit-learn', () => {
  needsShared();

  function golden() {
    const g = JSON.parse(readFileSync(`${shared}/golden/report.json`, 'utf8'));
    const given: ClassProbabilities = { labels: g.y, probabilities: g.p.flat(), classCount: 5 };
    return { g, given, predicted: predictClasses(given) };
  }

  it('predicts the same classes and fills the same confusion matrix', () => {
    const { g, predicted } = golden();
    expect(predicted.map((p) => p.predicted)).to.deep.equal(g.pred_of_p);
    expect(confusionMatrix(predicted, 5)).to.deep.equal(g.confusion_rows_true);
  });

  it('computes the same classification report', () => {
    const { g, given } = golden();
    const report = reportOf(given);
    const rows = [...report.classes, report.macroAverage, report.weightedAverage];
    const names = ['0', '1', '2', '3', '4', 'macro avg', 'weighted avg'];
    for (const [i, { f1, ...scores }] of rows.entries())
      for (const [score, value] of Object.entries({ ...scores, 'f1-score': f1 }))
        expect(value, `${names[i]} ${score}`).to.be.closeTo(g.report[names[i] ?? ''][score], 1e-12);
    expect(report.accuracy).to.be.closeTo(g.report.accuracy, 1e-12);
  });

  it('computes the same top-2 accuracy, log loss and calibration error', () => {
    const { g, given, predicted } = golden();
    expect(topKAccuracy(given, 2)).to.be.closeTo(g.top2, 1e-12);
    expect(logLoss(given)).to.be.closeTo(g.log_loss, 1e-12);
    expect(expectedCalibrationError(predicted)).to.be.closeTo(g.ece_15_equal_width_bins, 1e-12);
  });
});

describe('classification statistics', () => {
  it('counts every image once, in the row of its true class', () => {
    fc.assert(
      fc.property(predictions, (p) => {
        const matrix = confusionMatrix(predictClasses(p), p.classCount);
        const support = matrix.map((row) => row.reduce((a, b) => a + b));
        const labels = Array.from(p.labels);
        expect(support).to.deep.equal(
          matrix.map((_, c) => labels.filter((label) => label === c).length),
        );
      }),
    );
  });

  it('has one accuracy: in the report, as top-1 and as the weighted recall', () => {
    fc.assert(
      fc.property(predictions, (p) => {
        const { accuracy, weightedAverage } = reportOf(p);
        expect(topKAccuracy(p, 1)).to.be.closeTo(accuracy, 1e-12);
        expect(weightedAverage.recall).to.be.closeTo(accuracy, 1e-12);
      }),
    );
  });

  it('has a top-k accuracy that rises with k, up to 1 for all classes', () => {
    fc.assert(
      fc.property(predictions, (p) => {
        const found = Array.from({ length: p.classCount }, (_, k) => topKAccuracy(p, k + 1));
        expect(found).to.deep.equal(found.toSorted((a, b) => a - b));
        expect(found.at(-1)).to.equal(1);
      }),
    );
  });

  it('has an F1 between precision and recall', () => {
    fc.assert(
      fc.property(predictions, (p) => {
        for (const { precision, recall, f1 } of reportOf(p).classes) {
          expect(f1).to.be.at.least(Math.min(precision, recall) - 1e-12);
          expect(f1).to.be.at.most(Math.max(precision, recall) + 1e-12);
        }
      }),
    );
  });

  it('does not depend on the order of the images', () => {
    fc.assert(
      fc.property(predictions, (p) => {
        const rows = Array.from(p.labels, (label, i) => ({
          label,
          row: Array.from(p.probabilities).slice(i * p.classCount, (i + 1) * p.classCount),
        })).reverse();
        const reversed = {
          ...p,
          labels: rows.map(({ label }) => label),
          probabilities: rows.flatMap(({ row }) => row),
        };
        expect(reportOf(reversed)).to.deep.equal(reportOf(p));
        expect(logLoss(reversed)).to.be.closeTo(logLoss(p), 1e-12);
        expect(expectedCalibrationError(predictClasses(reversed))).to.be.closeTo(
          expectedCalibrationError(predictClasses(p)),
          1e-12,
        );
      }),
    );
  });

  it('has a calibration error of one bin that is the difference of the means', () => {
    fc.assert(
      fc.property(predictions, (p) => {
        const predicted = predictClasses(p);
        const confidence = predicted.reduce((sum, { confidence }) => sum + confidence, 0);
        const gap = Math.abs(reportOf(p).accuracy - confidence / predicted.length);
        expect(expectedCalibrationError(predicted, 1)).to.be.closeTo(gap, 1e-12);
        expect(expectedCalibrationError(predicted))
          .to.be.at.least(gap - 1e-12)
          .and.at.most(1);
      }),
    );
  });

  it('scores a class that neither occurs nor is predicted with 0, as zero_division=0 does', () => {
    const p = { labels: [0, 0], probabilities: [1, 0, 0.8, 0.2], classCount: 2 };
    expect(reportOf(p).classes[1]).to.deep.equal({ precision: 0, recall: 0, f1: 0, support: 0 });
    expect(reportOf(p).macroAverage.f1).to.equal(0.5);
  });

  it('clips the log loss of a certain mistake to the precision of the numbers', () => {
    const incorrect = { labels: [1], classCount: 2 };
    expect(logLoss({ ...incorrect, probabilities: [1, 0] })).to.be.closeTo(
      -Math.log(2 ** -52),
      1e-9,
    );
    const single = logLoss({ ...incorrect, probabilities: Float32Array.of(1, 0) });
    expect(single).to.be.closeTo(-Math.log(2 ** -23), 1e-9);
  });

  it('puts a confidence on an edge into the bin below, and one rounded above 1 into the last bin', () => {
    const hit = (confidence: number) => ({ index: 0, label: 0, predicted: 0, confidence });
    const miss = (confidence: number) => ({ index: 0, label: 1, predicted: 0, confidence });
    expect(expectedCalibrationError([miss(0.5), hit(0.4)], 2)).to.be.closeTo(0.05, 1e-12);
    expect(expectedCalibrationError([miss(0.5), hit(0.6)], 2)).to.be.closeTo(0.45, 1e-12);
    expect(expectedCalibrationError([hit(1.0000001), miss(0.99)])).to.be.closeTo(0.495, 1e-6);
  });
});
