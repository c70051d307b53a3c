import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { evaluate } from '../../src/train/evaluate.ts';
import { pixelsOf } from '../data/fixture.ts';
import { useEngine } from '../engine.ts';
import { data, phase, trained } from './fixture.ts';

describe('evaluate', () => {
  const engine = useEngine();

  async function evaluated(tta: 'none' | 'flip') {
    const { model, graph, config, records } = await trained({
      engine: engine(),
      phases: [phase()],
    });
    const experiment = { ...config, evaluate: { tta } };
    const { signal } = new AbortController();
    const before = tf.memory().numTensors;
    const evaluation = await evaluate({ model, graph, experiment, data, engine: engine(), signal });
    expect(tf.memory().numTensors).to.equal(before);
    return { evaluation, model, validation: records.at(-1)?.validation };
  }

  const inputs = () =>
    tf.tensor4d(Float32Array.from(pixelsOf(data.validation)), [21, 8, 8, 1]).div(255);

  it('returns the probabilities and labels of all images in order', async () => {
    const { evaluation, model, validation } = await evaluated('none');
    const expected = (model.predict(inputs()) as tf.Tensor).dataSync();
    evaluation.probabilities.forEach((p, i) => {
      expect(p).to.be.closeTo(expected[i] as number, 1e-6);
    });
    expect(evaluation.labels).to.deep.equal(data.validation.labels);
    expect(evaluation.metrics).to.deep.equal(validation);
  });

  it('averages each image and its mirror image', async () => {
    const { evaluation, model } = await evaluated('flip');
    const x = inputs();
    const [plain, mirrored] = [x, x.reverse(2)].map((t) =>
      (model.predict(t) as tf.Tensor).dataSync(),
    );
    evaluation.probabilities.forEach((p, i) => {
      const mean = ((plain?.[i] as number) + (mirrored?.[i] as number)) / 2;
      expect(p).to.be.closeTo(mean, 1e-6);
    });
    const nll = [...evaluation.labels].map(
      (label, i) => -Math.log(evaluation.probabilities[3 * i + label] as number),
    );
    const mean = nll.reduce((sum, value) => sum + value, 0) / 21;
    expect(evaluation.metrics.loss).to.be.closeTo(mean, 1e-5);
  });
});
