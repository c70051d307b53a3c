import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { preprocess } from '../../src/data/preprocess.ts';
import { useEngine } from '../engine.ts';

describe('preprocess', () => {
  useEngine();

  // keras.applications.imagenet_utils.preprocess_input of Keras 3.15 on the same two pixels, float32.
  const pixels = [0, 127, 255, 12, 200, 77];
  const expected = {
    caffe: [151.061005, 10.221001, -123.68, -26.939003, 83.221001, -111.68],
    torch: [-2.117904, 0.187675, 2.64, -1.912407, 1.465686, -0.462396],
    tf: [-1, -0.003922, 1, -0.905882, 0.568627, -0.396078],
    scale: pixels.map((value) => value / 255),
    none: pixels,
  } as const;

  for (const [mode, values] of Object.entries(expected))
    it(`${mode} gives what Keras gives`, () => {
      const x = tf.tensor4d(pixels, [1, 1, 2, 3]);
      const result = preprocess(x, mode as keyof typeof expected).dataSync();
      expect(result).to.have.length(values.length);
      result.forEach((value, i) => {
        expect(value).to.be.closeTo(values[i] as number, 2e-5);
      });
    });

  it('refuses a mode of RGB means for grey images', () => {
    expect(() => preprocess(tf.zeros([1, 2, 2, 1]), 'caffe')).to.throw(
      RangeError,
      'preprocess: caffe takes images of 3 channels, received 1; use scale, tf or none',
    );
  });
});
