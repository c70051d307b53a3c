import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import type { MetricConfig } from '../../src/experiment/experiment.ts';
import { Objective, RunningMetrics } from '../../src/train/objective.ts';
import { useEngine } from '../engine.ts';
import { needsShared, shared } from '../requirements.ts';
import { reference } from './reference.ts';

const names = ['accuracy', 'topK', 'mse', 'auc', 'precision', 'recall', 'f1'] as const;
const configs: MetricConfig[] = names.map((name) => ({
  name,
  label: name,
  k: name === 'topK' ? 2 : null,
}));
const loss = { name: 'mse', labelSmoothing: 0, gamma: 2, alpha: 0.25 } as const;

/** Computes the metrics of predictions in batches of these sizes. */
async function measured(labels: readonly number[], rows: number[][], sizes: readonly number[]) {
  const objective = new Objective(loss, configs);
  const metrics = new RunningMetrics(objective);
  const classes = rows[0]?.length ?? 0;
  let at = 0;
  for (const size of sizes) {
    const probabilities = tf.tensor2d(rows.slice(at, at + size));
    const y = tf.oneHot(labels.slice(at, at + size), classes).toFloat() as tf.Tensor2D;
    const value = tf.losses.meanSquaredError(y, probabilities) as tf.Scalar;
    metrics.add(objective.measure(value, y, { probabilities, logits: null }), size);
    at += size;
  }
  await metrics.read();
  return metrics.values();
}

describe('metrics', () => {
  useEngine();

  const { labels, probabilities, values } = reference.metrics;
  const cuts = {
    'one batch': [37],
    'batches with a short last one': [16, 16, 5],
    'single images': Array(37).fill(1),
  };
  for (const [how, sizes] of Object.entries(cuts)) {
    it(`agrees with Keras and scikit-learn in ${how}`, async () => {
      const got = await measured(labels, probabilities, sizes);
      for (const name of names) expect(got[name], name).to.be.closeTo(values[name] as number, 1e-6);
      expect(got.loss).to.be.closeTo(values.mse as number, 1e-6);
    });
  }

  it('averages f1 over the classes that occur, and gives 0 for a division by 0', async () => {
    const got = await measured(
      [0, 0],
      [
        [0.9, 0.1, 0],
        [0.8, 0.2, 0],
      ],
      [2],
    );
    expect(got.f1).to.equal(1);
    const none = await measured([0], [[0.4, 0.3, 0.3]], [1]);
    expect(none.precision).to.equal(0);
  });

  describe('against the reference report', () => {
    needsShared();

    it('gives the accuracy, top 2 and macro F1 of scikit-learn', async () => {
      const report = JSON.parse(readFileSync(join(shared ?? '', 'golden/report.json'), 'utf8'));
      const got = await measured(report.y, report.p, [64, 64, 64, 8]);
      expect(got.accuracy).to.be.closeTo(report.report.accuracy, 1e-12);
      expect(got.topK).to.be.closeTo(report.top2, 1e-12);
      expect(got.f1).to.be.closeTo(report.report['macro avg']['f1-score'], 1e-12);
    });
  });
});
