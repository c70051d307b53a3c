import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { affine } from '../../../src/data/augment/affine.ts';
import { useEngine } from '../../engine.ts';

interface Golden {
  readonly shape: [number, number, number, number];
  readonly image: number[];
  readonly cases: readonly { name: string; map: number[]; result: number[] }[];
}

const { shape, image, cases } = JSON.parse(
  readFileSync(new URL('./affine.json', import.meta.url), 'utf8'),
) as Golden;

describe('affine', () => {
  useEngine();

  for (const { name, map, result } of cases)
    it(`gives the same as Keras' affine_transform: ${name}`, () => {
      const [a, b, c, d, e, f] = map as [number, number, number, number, number, number];
      const values = tf.tidy(() => affine(tf.tensor4d(image, shape), { a, b, c, d, e, f }));
      values.dataSync().forEach((value, i) => {
        expect(value).to.be.closeTo(result[i] as number, 1e-3);
      });
    });

  it('applies a separate map to each image of a batch', () => {
    const two = tf.tensor4d([...image, ...image], [2, ...shape.slice(1)] as typeof shape);
    const moved = affine(two, { a: 1, b: 0, c: tf.tensor1d([0, 1]), d: 0, e: 1, f: 0 });
    const [first, second] = moved.arraySync() as number[][][][];
    expect(first?.[2]?.[1]?.[0]).to.be.closeTo(image[13] as number, 1e-4);
    expect(second?.[2]?.[1]?.[0]).to.be.closeTo(image[14] as number, 1e-4);
  });
});
