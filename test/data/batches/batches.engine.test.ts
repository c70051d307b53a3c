import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { type Batch, type Batches, epochOrder } from '../../../src/data/batches/batches.ts';
import { type ImageBatchesOptions, imageBatches } from '../../../src/data/batches/image-batches.ts';
import type { Images } from '../../../src/data/dataset.ts';
import { MemoryPixels } from '../../../src/data/pixels.ts';
import { useEngine } from '../../engine.ts';
import { rejection, STRETCH } from '../fixture.ts';

/** Image i has 2 x 1 pixels of the values 10 i and 10 i + 1, and the class i modulo 3. */
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
  const batches = (changes: Partial<ImageBatchesOptions> = {}) =>
    imageBatches({
      images,
      classCount: 3,
      imageShape: [1, 2, 1],
      batchSize: 4,
      resize: STRETCH,
      preprocess: 'none',
      augment: [],
      sampling: 'uniform',
      engine: engine(),
      reused: true,
      ...changes,
    });

  /** Decodes the images and labels of each batch. */
  async function decoded(from: Batches, given: AsyncIterable<Batch>) {
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

  /** Returns the first pixel of each image divided by ten, which is the image's index if it is unchanged. */
  async function numbers(from: Batches, given: AsyncIterable<Batch>): Promise<number[][]> {
    return (await decoded(from, given)).map(({ x, y }) => {
      const own = x.filter((_, i) => i % 2 === 0).map((value) => value / 10);
      expect(y).to.deep.equal(own.map((value) => value % 3));
      return own;
    });
  }

  const flip = [{ kind: 'flip', args: { direction: 'horizontal' } }];

  it('yields all images in order, the last batch shorter', async () => {
    const plain = batches();
    expect(plain.count).to.equal(3);
    expect(await numbers(plain, plain.inOrder())).to.deep.equal([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
  });

  it('shuffles images and labels by the key alone, from any batch on', async () => {
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

  it('yields the same from resident rows and from rows read for each batch', async () => {
    const augment = [...flip, { kind: 'mixup', args: { alpha: 0.2 } }];
    const resident = batches({ augment, reused: true });
    const read = batches({ augment, reused: false });
    for await (const { inputs } of resident.inOrder())
      expect(inputs[0]?.shape).to.deep.equal([10, 1]);
    const epoch = await decoded(resident, resident.shuffled([1]));
    expect(await decoded(read, read.shuffled([1]))).to.deep.equal(epoch);
    expect(await decoded(resident, resident.shuffled([1], 2))).to.deep.equal(epoch.slice(2));
  });

  it("keeps no more rows resident than the engine's share of the memory", async () => {
    const shape = async (threads: number) => {
      const one = batches({ engine: { ...engine(), threads } });
      let first: number[] | undefined;
      for await (const { inputs } of one.inOrder()) first ??= inputs[0]?.shape;
      return first;
    };
    expect(await shape(1)).to.deep.equal([10, 1]);
    // With so small a share of the cores, not even these ten images fit.
    expect(await shape(1e-12)).to.deep.equal([4, 1]);
  });

  it('augments shuffled batches, but not batches in order', async () => {
    const [plain, augmented] = [batches(), batches({ augment: flip })];
    const epoch = await decoded(augmented, augmented.shuffled([1]));
    expect(epoch).to.not.deep.equal(await decoded(plain, plain.shuffled([1])));
    const inOrder = await decoded(augmented, augmented.inOrder());
    expect(inOrder).to.deep.equal(await decoded(plain, plain.inOrder()));
  });

  it('resizes and preprocesses for the model', async () => {
    const scaled = batches({ imageShape: [2, 4, 3], preprocess: 'scale' });
    const [batch] = await decoded(scaled, scaled.inOrder());
    expect(batch?.shape).to.deep.equal([4, 2, 4, 3]);
    expect(Math.max(...(batch?.x ?? []))).to.be.closeTo(31 / 255, 1e-6);
  });

  it('keeps a batch until the next one is requested, and nothing after a break or an error', async () => {
    const before = tf.memory().numTensors;
    const augmented = batches({ augment: flip });
    const given: Batch[] = [];
    const disposed = () => given.map(({ inputs }) => inputs.at(-1)?.isDisposed);
    const failing = async () => {
      for await (const batch of augmented.shuffled([1])) {
        given.push(batch);
        expect(disposed()).to.deep.equal(given.map((each) => each !== batch));
        if (given.length === 2) throw new Error('a step failed');
      }
    };
    expect((await rejection(failing())).message).to.equal('a step failed');
    for await (const batch of augmented.inOrder()) {
      given.push(batch);
      break;
    }
    expect(disposed()).to.deep.equal([true, true, true]);
    await augmented.dispose();
    expect(tf.memory().numTensors).to.equal(before);
  });

  it('rejects with the error of a failed read', async () => {
    const pixels = new MemoryPixels(new Uint8Array(20), 2);
    pixels.read = async () => {
      throw new Error('the file is truncated');
    };
    const truncated = batches({ images: { ...images, pixels }, reused: false });
    expect((await rejection(decoded(truncated, truncated.inOrder()))).message).to.equal(
      'the file is truncated',
    );
  });
});

describe('epochOrder', () => {
  /** 60 images of class 0, 30 of class 1, 9 of class 2. */
  const labels = Int32Array.from({ length: 99 }, (_, i) => (i < 60 ? 0 : i < 90 ? 1 : 2));
  const order = (sampling: 'uniform' | 'balanced', key: number) => [
    ...epochOrder(sampling, { labels, classCount: 3 }, [key]),
  ];
  /** Counts how often each image occurs. */
  const occurrences = (indices: number[]) => {
    const counts = new Uint8Array(labels.length);
    for (const index of indices) counts[index] = (counts[index] as number) + 1;
    return [...counts];
  };

  it('takes each image once, in a different order for each key', () => {
    expect(occurrences(order('uniform', 1))).to.deep.equal(Array(99).fill(1));
    expect(order('uniform', 1)).to.deep.equal(order('uniform', 1));
    expect(order('uniform', 1)).to.not.deep.equal(order('uniform', 2));
  });

  it('balanced takes each class equally often, and the images of a class as evenly as possible', () => {
    const indices = order('balanced', 1);
    expect(indices).to.deep.equal(order('balanced', 1));
    expect(indices).to.not.deep.equal(order('balanced', 2));
    for (const label of [0, 1, 2])
      expect(indices.filter((index) => labels[index] === label)).to.have.length(33);
    const counts = occurrences(indices);
    expect(new Set(counts.slice(0, 60))).to.deep.equal(new Set([0, 1]));
    expect(new Set(counts.slice(60, 90))).to.deep.equal(new Set([1, 2]));
    expect(new Set(counts.slice(90))).to.deep.equal(new Set([3, 4]));
    // The classes are mixed: each third of the epoch contains all of them.
    for (const start of [0, 33, 66])
      expect(new Set(indices.slice(start, start + 33).map((index) => labels[index])).size).to.equal(
        3,
      );
  });
});
