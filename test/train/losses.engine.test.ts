import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { losses } from '../../src/train/losses.ts';
import { forward } from '../../src/train/step.ts';
import { useEngine } from '../engine.ts';
import { reference } from './reference.ts';

const { labels, logits, probabilities, cases } = reference.losses;

/** Layers that pass their input to an activation, in both ways of tfjs-layers. */
const models: Readonly<
  Record<string, (activation: 'softmax' | 'sigmoid' | 'linear') => tf.layers.Layer>
> = {
  'a layer of its own': (activation) => tf.layers.activation({ activation }),
  'the last layer': (activation) =>
    tf.layers.dense({ units: 3, activation, kernelInitializer: 'identity' }),
};

describe('losses', () => {
  useEngine();

  for (const { loss, labelSmoothing, activation, values } of cases) {
    for (const [where, layer] of Object.entries(models)) {
      it(`follows Keras: ${loss}, label smoothing ${labelSmoothing}, ${activation} in ${where}`, () => {
        const model = tf.sequential({
          layers: [tf.layers.inputLayer({ inputShape: [3] }), layer(activation)],
        });
        const x = tf.tensor2d(activation === 'linear' ? probabilities : logits);
        const y = tf.oneHot([...labels], 3).toFloat() as tf.Tensor2D;
        const config = { name: loss, labelSmoothing, gamma: 2, alpha: 0.25 };
        const got = losses[loss](y, forward(model, x, false), config).dataSync();
        values.forEach((value, i) => {
          expect(got[i], `image ${i}`).to.be.closeTo(value, 1e-5 * Math.max(1, Math.abs(value)));
        });
      });
    }
  }

  it('takes logits from a softmax layer and leaves the layer unchanged', () => {
    const layer = tf.layers.softmax();
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [3] }), layer] });
    const x = tf.tensor2d([[1000, 0, 0]]);
    const { logits: raw, probabilities: p } = forward(model, x, false);
    expect([...(raw as tf.Tensor).dataSync()]).to.deep.equal([1000, 0, 0]);
    expect([...p.dataSync()]).to.deep.equal([1, 0, 0]);
    expect([...(model.predict(x) as tf.Tensor).dataSync()]).to.deep.equal([1, 0, 0]);
  });

  it('keeps the gradient of a saturated softmax', () => {
    const y = tf.tensor2d([[0, 1, 0]]);
    const config = {
      name: 'categoricalCrossentropy',
      labelSmoothing: 0,
      gamma: 2,
      alpha: 0.25,
    } as const;
    const gradient = tf.grad((z: tf.Tensor) =>
      losses
        .categoricalCrossentropy(
          y,
          { probabilities: z.softmax() as tf.Tensor2D, logits: z as tf.Tensor2D },
          config,
        )
        .sum(),
    )(tf.tensor2d([[200, 0, 0]]));
    expect([...gradient.dataSync()]).to.deep.equal([1, -1, 0]);
  });
});
