import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { fitImages, preprocess } from '../../src/data/preprocess.ts';
import { useEngine } from '../engine.ts';
import { STRETCH } from './fixture.ts';

describe('preprocess', () => {
  useEngine();

  // Results of keras.applications.imagenet_utils.preprocess_input of Keras 3.15 for these two pixels, float32.
  const pixels = [0, 127, 255, 12, 200, 77];
  const expected = {
    caffe: [151.061005, 10.221001, -123.68, -26.939003, 83.221001, -111.68],
    torch: [-2.117904, 0.187675, 2.64, -1.912407, 1.465686, -0.462396],
    tf: [-1, -0.003922, 1, -0.905882, 0.568627, -0.396078],
    scale: pixels.map((value) => value / 255),
    none: pixels,
  } as const;

  for (const [mode, values] of Object.entries(expected))
    it(`${mode} gives the same as Keras`, () => {
      const x = tf.tensor4d(pixels, [1, 1, 2, 3]);
      const result = preprocess(x, mode as keyof typeof expected).dataSync();
      expect(result).to.have.length(values.length);
      result.forEach((value, i) => {
        expect(value).to.be.closeTo(values[i] as number, 2e-5);
      });
    });

  it('refuses modes with RGB means for greyscale images', () => {
    expect(() => preprocess(tf.zeros([1, 2, 2, 1]), 'caffe')).to.throw(
      RangeError,
      'preprocess: caffe needs images of 3 channels. Received: 1; use scale, tf or none',
    );
  });
});

describe('fitImages', () => {
  useEngine();

  // Results of keras.ops.image.resize of Keras 3.15, bilinear, antialias=False.
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
      const fitted = fitImages(tf.tensor4d(image, [1, 3, 3, 1]), [side, side, 1], STRETCH);
      expect(fitted.shape).to.deep.equal([1, side, side, 1]);
      const expected = values.flat();
      fitted.dataSync().forEach((value, i) => {
        expect(value).to.be.closeTo(expected[i] as number, 1e-3);
      });
    });

  // Results of Pillow 13 for mode F, clipped to bytes.
  const pillow = {
    bicubic: [
      [0, 0, 31.5094, 63.7313, 81.4276],
      [80.8223, 49.7939, 18.0597, 104.6948, 165.8969],
      [214.3396, 122.6119, 10, 157.3134, 255],
      [120.8927, 103.0892, 80.5224, 105.0056, 123.8623],
      [43.4817, 81.7601, 128.3019, 64.2129, 16.2905],
    ],
    lanczos3: [
      [0, 0, 35.7618, 62.3101, 67.058],
      [92.4043, 42.1655, 12.1416, 107.2095, 182.7725],
      [228.3878, 112.9389, 10, 151.6382, 255],
      [132.7875, 107.3527, 81.8004, 106.5005, 131.6035],
      [24.1999, 81.6463, 132.5416, 61.3252, 0],
    ],
  };

  for (const [interpolation, values] of Object.entries(pillow))
    it(`enlarges as Pillow does: ${interpolation}`, () => {
      const resize = {
        fit: 'stretch',
        interpolation: interpolation as keyof typeof pillow,
      } as const;
      const fitted = fitImages(tf.tensor4d(image, [1, 3, 3, 1]), [5, 5, 1], resize);
      fitted.dataSync().forEach((value, i) => {
        expect(value).to.be.closeTo(values.flat()[i] as number, 1e-3);
      });
    });

  it('crops or pads images of another aspect ratio', () => {
    const square = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const fitted = (fit: 'crop' | 'pad', size: readonly [number, number, number]) => {
      return [...fitImages(square, size, { fit, interpolation: 'bilinear' }).dataSync()];
    };
    expect(fitted('pad', [2, 4, 1])).to.deep.equal([0, 1, 2, 0, 0, 3, 4, 0]);
    expect(fitted('pad', [3, 2, 1])).to.deep.equal([1, 2, 3, 4, 0, 0]);
    expect(fitted('crop', [2, 4, 1])).to.deep.equal([1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5]);
    expect(fitted('crop', [4, 2, 1])).to.deep.equal([
      1.25, 1.75, 1.75, 2.25, 2.75, 3.25, 3.25, 3.75,
    ]);
  });

  it('repeats the channel of greyscale images', () => {
    const fitted = fitImages(tf.tensor4d([1, 2], [1, 1, 2, 1]), [1, 2, 3], STRETCH);
    expect([...fitted.dataSync()]).to.deep.equal([1, 1, 1, 2, 2, 2]);
  });
});
