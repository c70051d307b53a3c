import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { type Batch, Batches, type BatchesOptions } from '../../src/data/batches.ts';
import type { Pictures } from '../../src/data/dataset.ts';
import { MemoryPixels } from '../../src/data/pixels.ts';
import { useEngine } from '../engine.ts';

/** Picture i is two by one pixels of value 10 i and 10 i + 1, of class i modulo 3. */
const pictures: Pictures = {
  height: 1,
  width: 2,
  channels: 1,
  pixels: new MemoryPixels(
    Uint8Array.from({ length: 20 }, (_, i) => 10 * Math.floor(i / 2) + (i % 2)),
    2,
  ),
  labels: Int32Array.from({ length: 10 }, (_, i) => i % 3),
};

/** The first pixel of each picture divided by ten: its number, when nothing changed the pictures. */
function numbers(batches: Iterable<Batch>): number[][] {
  return Array.from(batches, ({ x, y, size }) => {
    const first = Array.from(x.dataSync()).filter((_, i) => i % 2 === 0);
    expect(x.shape[0]).to.equal(size);
    expect(y.shape).to.deep.equal([size, 3]);
    expect([...y.argMax(1).dataSync()]).to.deep.equal(first.map((value) => (value / 10) % 3));
    return first.map((value) => value / 10);
  });
}

describe('Batches', () => {
  const engine = useEngine();
  const batches = (changes: Partial<BatchesOptions> = {}) =>
    new Batches({
      pictures,
      classCount: 3,
      batchSize: 4,
      imageShape: [1, 2, 1],
      preprocess: 'none',
      sampling: 'uniform',
      augment: [],
      engine: engine(),
      ...changes,
    });

  it('gives all pictures in their order, the last batch shorter', () => {
    expect(batches().count).to.equal(3);
    expect(numbers(batches().inOrder())).to.deep.equal([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
  });

  it('shuffles by the key alone, labels with their pictures', () => {
    const epoch = numbers(batches().shuffled([42, 'head', 1]));
    expect(epoch.map((batch) => batch.length)).to.deep.equal([4, 4, 2]);
    expect(epoch.flat().sort((a, b) => a - b)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(numbers(batches().shuffled([42, 'head', 1]))).to.deep.equal(epoch);
    expect(numbers(batches().shuffled([42, 'head', 2]))).to.not.deep.equal(epoch);
  });

  it('augments when it shuffles, alike for the same key, and not in order', () => {
    const augmented = batches({ augment: [{ kind: 'flip', args: { direction: 'horizontal' } }] });
    const values = (batches: Iterable<Batch>) => Array.from(batches, ({ x }) => [...x.dataSync()]);
    const epoch = values(augmented.shuffled([1]));
    expect(epoch).to.deep.equal(values(augmented.shuffled([1])));
    expect(epoch).to.not.deep.equal(values(batches().shuffled([1])));
    expect(values(augmented.inOrder())).to.deep.equal(values(batches().inOrder()));
  });

  it('gives the shape and the preprocessing that the model wants', () => {
    const [batch] = batches({ imageShape: [2, 4, 3], preprocess: 'scale' }).inOrder();
    expect(batch?.x.shape).to.deep.equal([4, 2, 4, 3]);
    expect(batch?.x.max().dataSync()[0]).to.be.closeTo(31 / 255, 1e-6);
  });

  it('keeps nothing in memory but the batch itself', () => {
    const before = tf.memory().numTensors;
    const augment = [{ kind: 'flip', args: { direction: 'horizontal' } }];
    for (const { x, y } of batches({ augment, imageShape: [2, 4, 1] }).shuffled([1])) {
      expect(tf.memory().numTensors).to.equal(before + 2);
      tf.dispose([x, y]);
    }
    expect(tf.memory().numTensors).to.equal(before);
  });
});
