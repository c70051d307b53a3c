import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { fitImages } from '../../src/data/preprocess.ts';
import { useEngine } from '../engine.ts';

describe('fitImages', () => {
  useEngine();

  // keras.ops.image.resize of Keras 3.15, bilinear, antialias=False.
  const image = [0, 30, 90, 200, 10, 250, 60, 120, 40];
  const larger = [
    [0, 12, 30, 66, 90],
    [80, 56.8, 22, 101.2, 154],
    [200, 124, 10, 154, 250],
    [116, 100, 76, 104.8, 124],
    [60, 84, 120, 72, 40],
  ];
  const smaller = [
    [43.75, 103.75],
    [94.375, 92.5],
  ];

  for (const values of [larger, smaller])
    it(`resizes to ${values.length} pixels as Keras does`, () => {
      const side = values.length;
      const fitted = fitImages(tf.tensor4d(image, [1, 3, 3, 1]), [side, side, 1]);
      expect(fitted.shape).to.deep.equal([1, side, side, 1]);
      const expected = values.flat();
      fitted.dataSync().forEach((value, i) => {
        expect(value).to.be.closeTo(expected[i] as number, 1e-3);
      });
    });

  it('repeats grey for red, green and blue', () => {
    const fitted = fitImages(tf.tensor4d([1, 2], [1, 1, 2, 1]), [1, 2, 3]);
    expect([...fitted.dataSync()]).to.deep.equal([1, 1, 1, 2, 2, 2]);
  });
});
