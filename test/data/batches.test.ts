import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { type Batch, Batches } from '../../src/data/batches/batches.ts';
import { type ImageSightOptions, imageSight } from '../../src/data/batches/image-rows.ts';
import type { Images } from '../../src/data/dataset.ts';
import { MemoryPixels } from '../../src/data/pixels.ts';
import { useEngine } from '../engine.ts';
import { rejection } from './setting.ts';

/** Image i is two by one pixels of value 10 i and 10 i + 1, of class i modulo 3. */
const images: Images = {
  height: 1,
  width: 2,
  channels: 1,
  pixels: new MemoryPixels(
    Uint8Array.from({ length: 20 }, (_, i) => 10 * Math.floor(i / 2) + (i % 2)),
    2,
  ),
  labels: Int32Array.from({ length: 10 }, (_, i) => i % 3),
};

describe('Batches', () => {
  const engine = useEngine();
  const batches = (changes: Partial<ImageSightOptions> = {}) =>
    new Batches({
      labels: images.labels,
      classCount: 3,
      batchSize: 4,
      sampling: 'uniform',
      sight: imageSight({
        images,
        imageShape: [1, 2, 1],
        preprocess: 'none',
        augment: [],
        engine: engine(),
        again: true,
        ...changes,
      }),
    });

  /** Images, and the labels that go with them, batch after batch. */
  async function seen(from: Batches, given: AsyncIterable<Batch>) {
    const all: { x: number[]; y: number[]; shape: number[] }[] = [];
    for await (const batch of given) {
      tf.tidy(() => {
        const { x, y } = from.read(batch.inputs);
        expect(x.shape[0]).to.equal(batch.size);
        all.push({ x: [...x.dataSync()], y: [...y.argMax(1).dataSync()], shape: x.shape });
        expect(y.shape).to.deep.equal([batch.size, 3]);
        expect([...y.sum(1).dataSync()]).to.deep.equal(all.at(-1)?.y.map(() => 1));
      });
    }
    return all;
  }

  /** The first pixel of each image divided by ten: its number, when nothing changed the images. */
  async function numbers(from: Batches, given: AsyncIterable<Batch>): Promise<number[][]> {
    return (await seen(from, given)).map(({ x, y }) => {
      const own = x.filter((_, i) => i % 2 === 0).map((value) => value / 10);
      expect(y).to.deep.equal(own.map((value) => value % 3));
      return own;
    });
  }

  const flip = [{ kind: 'flip', args: { direction: 'horizontal' } }];

  it('gives all images in their order, the last batch shorter', async () => {
    const plain = batches();
    expect(plain.count).to.equal(3);
    expect(await numbers(plain, plain.inOrder())).to.deep.equal([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
  });

  it('shuffles by the key alone, labels with their images, from any batch on', async () => {
    const plain = batches();
    const shuffled = (epoch: number, from = 0) =>
      numbers(plain, plain.shuffled([42, 'head', epoch], from));
    const epoch = await shuffled(1);
    expect(epoch.map((batch) => batch.length)).to.deep.equal([4, 4, 2]);
    expect(epoch.flat().sort((a, b) => a - b)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await shuffled(1)).to.deep.equal(epoch);
    expect(await shuffled(1, 1)).to.deep.equal(epoch.slice(1));
    expect(await shuffled(2)).to.not.deep.equal(epoch);
  });

  it('gives the same, held by the engine or read for each batch', async () => {
    const augment = [...flip, { kind: 'mixup', args: { alpha: 0.2 } }];
    const [held, read] = [true, false].map((again) => batches({ augment, again }));
    if (!held || !read) throw new Error('there are two');
    for await (const { inputs } of held.inOrder()) expect(inputs[0]?.shape).to.deep.equal([10, 1]);
    const epoch = await seen(held, held.shuffled([1]));
    expect(await seen(read, read.shuffled([1]))).to.deep.equal(epoch);
    expect(await seen(held, held.shuffled([1], 2))).to.deep.equal(epoch.slice(2));
  });

  it('holds no more by the engine than is its part of the memory', async () => {
    const words = async (threads: number) => {
      const one = batches({ engine: { ...engine(), threads } });
      let shape: number[] | undefined;
      for await (const { inputs } of one.inOrder()) shape ??= inputs[0]?.shape;
      return shape;
    };
    expect(await words(1)).to.deep.equal([10, 1]);
    // Beside so many others that not even these ten images are its part.
    expect(await words(1e-12)).to.deep.equal([4, 1]);
  });

  it('augments when it shuffles, and not in order', async () => {
    const [plain, augmented] = [batches(), batches({ augment: flip })];
    const epoch = await seen(augmented, augmented.shuffled([1]));
    expect(epoch).to.not.deep.equal(await seen(plain, plain.shuffled([1])));
    const inOrder = await seen(augmented, augmented.inOrder());
    expect(inOrder).to.deep.equal(await seen(plain, plain.inOrder()));
  });

  it('gives the shape and the preprocessing that the model wants', async () => {
    const scaled = batches({ imageShape: [2, 4, 3], preprocess: 'scale' });
    const [batch] = await seen(scaled, scaled.inOrder());
    expect(batch?.shape).to.deep.equal([4, 2, 4, 3]);
    expect(Math.max(...(batch?.x ?? []))).to.be.closeTo(31 / 255, 1e-6);
  });

  it('keeps a batch until the next one is asked for, and nothing when it is left early or by an error', async () => {
    const before = tf.memory().numTensors;
    const augmented = batches({ augment: flip });
    const given: Batch[] = [];
    const areGone = () => given.map(({ inputs }) => inputs.at(-1)?.isDisposed);
    const failing = async () => {
      for await (const batch of augmented.shuffled([1])) {
        given.push(batch);
        expect(areGone()).to.deep.equal(given.map((each) => each !== batch));
        if (given.length === 2) throw new Error('a step failed');
      }
    };
    expect((await rejection(failing())).message).to.equal('a step failed');
    for await (const batch of augmented.inOrder()) {
      given.push(batch);
      break;
    }
    expect(areGone()).to.deep.equal([true, true, true]);
    await augmented.dispose();
    expect(tf.memory().numTensors).to.equal(before);
  });

  it('ends with what went wrong as a batch was read', async () => {
    const cut = new MemoryPixels(new Uint8Array(20), 2);
    cut.read = async () => {
      throw new Error('the file is cut off');
    };
    const broken = batches({ images: { ...images, pixels: cut }, again: false });
    expect((await rejection(seen(broken, broken.inOrder()))).message).to.equal(
      'the file is cut off',
    );
  });
});
