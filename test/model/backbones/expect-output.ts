import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { type Output, size } from './references.ts';

/** Expects that a model computes an output to 1e-4 of its deviation. */
export function expectOutput(model: tf.LayersModel, output: Output): void {
  const computed = tf.tidy(() => {
    const pixels = Float32Array.from(
      { length: size * size * 3 },
      (_, index) => ((index * 0.7548776662466927) % 1) * 2 - 1,
    );
    const values = (model.predict(tf.tensor4d(pixels, [1, size, size, 3])) as tf.Tensor).flatten();
    const { mean, variance } = tf.moments(values);
    return [mean, variance.sqrt(), values.slice(0, 6)].flatMap((each) => [...each.dataSync()]);
  });
  const expected = [output.mean, output.deviation, ...output.first];
  for (const [index, value] of computed.entries()) {
    expect(value).to.be.closeTo(expected[index] ?? Number.NaN, 1e-4 * output.deviation);
  }
}
